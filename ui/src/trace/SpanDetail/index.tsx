import type { TraceStore } from "../store";
import { type LoadDetail, useDetail } from "./useDetail";

interface Props {
  store: TraceStore;
  spanId: string;
  loadDetail: LoadDetail;
  compact?: boolean;
  onEventTimes?(timesUs: readonly number[]): void;
  onClose(): void;
}

export function SpanDetail({ store, spanId, loadDetail }: Props) {
  const { detail } = useDetail(loadDetail, spanId, store.version);
  return (
    <section className="min-h-0 flex-1 overflow-auto border-t border-line p-4">
      {detail?.name}
    </section>
  );
}
