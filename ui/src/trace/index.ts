/** The trace of an answer: usable on any page that has spans, it knows nothing of the chat. */
export { ServerClock, serverClock } from "./clock";
export { failingSpan } from "./failingSpan";
export type { LoadDetail } from "./SpanDetail/useDetail";
export { SpanStrip, type SpanStripProps } from "./SpanStrip";
export { TraceScores, TraceScoresContext } from "./scores";
export { TraceStore, type TraceStoreOptions } from "./store";
export { TracePanel, type TracePanelProps, type TraceViewName } from "./TracePanel";
export type { SpanDetail, SpanView } from "./types";
