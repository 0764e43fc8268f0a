/** Loading the detail of a span, again when it has changed. */
import { useEffect, useState } from "react";
import type { SpanDetail } from "../types";

export type LoadDetail = (spanId: string) => Promise<SpanDetail>;

export interface DetailState {
  /** The latest that was loaded; stays while a newer one is fetched. */
  detail: SpanDetail | null;
  failed: boolean;
  retry(): void;
}

/** @param rev changes when the span has changed */
export function useDetail(loadDetail: LoadDetail, spanId: string, rev: number): DetailState {
  const [detail, setDetail] = useState<SpanDetail | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision or attempt loads again
  useEffect(() => {
    let isCurrent = true;
    loadDetail(spanId).then(
      (loaded) => {
        if (!isCurrent) return;
        setDetail(loaded);
        setFailed(false);
      },
      () => isCurrent && setFailed(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [loadDetail, spanId, rev, attempt]);

  return { detail, failed, retry: () => setAttempt((count) => count + 1) };
}
