/** Details of several spans, loaded a few at a time and again when a span has changed. */
import { useEffect, useRef, useState } from "react";
import { at } from "./links";
import type { LoadDetail } from "./SpanDetail/useDetail";
import type { TraceStore } from "./store";
import type { SpanDetail } from "./types";

const AT_ONCE = 4;

export function useDetails(
  store: TraceStore,
  nodes: readonly number[],
  loadDetail: LoadDetail,
): ReadonlyMap<number, SpanDetail> {
  const [details, setDetails] = useState<ReadonlyMap<number, SpanDetail>>(new Map());
  const asked = useRef(new Map<number, number>());
  const key = nodes.map((node) => `${node}:${at(store.rev, node)}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the nodes and their revisions
  useEffect(() => {
    const missing = nodes.filter((node) => asked.current.get(node) !== at(store.rev, node));
    for (const node of missing) asked.current.set(node, at(store.rev, node));
    let isCurrent = true;
    const worker = async () => {
      for (let node = missing.shift(); node !== undefined; node = missing.shift()) {
        const wanted = node;
        try {
          const detail = await loadDetail(store.view(wanted).span_id);
          if (isCurrent) setDetails((known) => new Map(known).set(wanted, detail));
        } catch {
          asked.current.delete(wanted); // asked for again with the next change
        }
      }
    };
    for (let i = 0; i < AT_ONCE; i++) void worker();
    return () => {
      isCurrent = false;
      for (const node of missing) asked.current.delete(node);
    };
  }, [store, key, loadDetail]);
  return details;
}
