/** Every state of the trace component on one page, for people who work on it and for its tests. */
import { type ReactNode, useMemo, useState } from "react";
import { cx } from "@/ui/cx";
import { ServerClock } from "./clock";
import { SpanStrip } from "./SpanStrip";
import { sampleDetailOf } from "./sampleDetails";
import { revenueTrace, SAMPLE_START_US, SAMPLE_TRACE, sampleTurn } from "./samples";
import { batch, chain, largeTrace, zoo } from "./sampleTraces";
import { TraceStore } from "./store";
import { TracePanel, type TraceViewName } from "./TracePanel";
import type { SpanDetail, SpanView, TurnView } from "./types";

/** Time stands still at 1.24 s, so that pictures can be compared. */
const frozenClock = new ServerClock(() => SAMPLE_START_US / 1000 + 1240);

const RUNNING = { status: "running", end_us: null } as const;
const STREAMED = "Revenue was **$4.2M**, up 12%\nquarter on quarter. The web";

export function TraceGallery() {
  return (
    <div className="flex flex-wrap gap-8 p-6">
      <State name="Strips">
        <div className="flex w-full flex-col gap-3 sm:w-130">
          <Strip spans={revenueTrace(true)} turn={sampleTurn()} />
          <Strip spans={revenueTrace(false)} turn={sampleTurn(RUNNING)} pressed />
          <Strip spans={[]} turn={sampleTurn(RUNNING)} />
          <Strip spans={[]} turn={sampleTurn({ error_count: 0 })} />
          <Strip spans={[]} turn={sampleTurn({ status: "error" })} />
          <Strip spans={[]} turn={sampleTurn({ status: "cancelled", error_count: 0 })} />
          <Strip spans={largeTrace(400)} turn={sampleTurn()} />
        </div>
      </State>
      <State name="Running, a model call open">
        <Panel spans={revenueTrace(false)} live selected="llm" streamed />
      </State>
      <State name="Finished, a failed tool open">
        <Panel spans={revenueTrace(true)} selected="search" />
      </State>
      <State name="Finished, a retrieval open">
        <Panel spans={revenueTrace(true)} selected="retrieve" />
      </State>
      <State name="Kinds and ends">
        <Panel spans={zoo()} />
      </State>
      <State name="Like siblings and idle time">
        <Panel spans={batch()} />
      </State>
      <State name="Sixty levels">
        <Panel spans={chain(60)} />
      </State>
      <State name="Two thousand spans">
        <Panel spans={largeTrace(2000)} />
      </State>
      <State name="Nothing yet">
        <Panel spans={[]} live />
      </State>
      <State name="Phone">
        <Panel spans={revenueTrace(false)} live compact />
      </State>
      <State name="Phone, detail">
        <Panel spans={revenueTrace(true)} selected="llm" compact />
      </State>
    </div>
  );
}

function State({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className="w-full sm:w-auto">
      <h2 className="mb-2 text-ui font-semibold">{name}</h2>
      {children}
    </section>
  );
}

interface StripProps {
  spans: readonly SpanView[];
  turn: TurnView;
  pressed?: boolean;
}

function Strip({ spans, turn, pressed = false }: StripProps) {
  const [store] = useState(() => storeWith(spans));
  return <SpanStrip store={store} turn={turn} pressed={pressed} onClick={() => {}} />;
}

interface PanelProps {
  spans: readonly SpanView[];
  live?: boolean;
  selected?: string;
  /** The model call has written something. */
  streamed?: boolean;
  compact?: boolean;
}

function Panel({ spans, live = false, selected, streamed, compact = false }: PanelProps) {
  const [store] = useState(() => storeWith(spans, streamed));
  const [view, setView] = useState<TraceViewName>("waterfall");
  const [span, setSpan] = useState<string | null>(selected ?? null);
  const loadDetail = useMemo(() => detailsOf(spans), [spans]);
  return (
    <div
      className={cx(
        "border border-line",
        compact ? "h-160 w-97.5 max-w-full" : "h-225 w-160 max-w-full",
      )}
    >
      <TracePanel
        store={store}
        traceId={SAMPLE_TRACE}
        live={live}
        selectedSpanId={span}
        view={view}
        onView={setView}
        onSelect={(spanId) => {
          setSpan(spanId);
          setView("waterfall");
        }}
        loadDetail={loadDetail}
        compact={compact}
      />
    </div>
  );
}

function storeWith(spans: readonly SpanView[], streamed = false): TraceStore {
  const store = new TraceStore({ clock: frozenClock });
  store.applySpans(spans);
  if (streamed) store.applyText("llm", "output", STREAMED);
  store.flush();
  return store;
}

function detailsOf(spans: readonly SpanView[]): (spanId: string) => Promise<SpanDetail> {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  return async (spanId) => {
    const span = byId.get(spanId);
    if (!span) throw new Error(`No span ${spanId}`);
    return sampleDetailOf(span);
  };
}
