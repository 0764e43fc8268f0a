import type { LoadDetail } from "./SpanDetail/useDetail";
import type { TraceStore } from "./store";

interface Props {
  store: TraceStore;
  loadDetail: LoadDetail;
  onOpen(spanId: string): void;
}

export function MessagesView({ store }: Props) {
  return <div>{store.totals.spans}</div>;
}
