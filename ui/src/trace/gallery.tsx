/** Every state of the trace component on one page, for people who work on it and for its tests. */
import { type ReactNode, useMemo, useState } from "react";
import { ServerClock } from "./clock";
import { SpanStrip } from "./SpanStrip";
import { revenueTrace, SAMPLE_START_US, SAMPLE_TRACE, sampleDetail, sampleTurn } from "./samples";
import { TraceStore } from "./store";
import { TracePanel } from "./TracePanel";
import type { SpanDetail, SpanView, TurnView } from "./types";

/** Time stands still at 1.24 s, so that pictures can be compared. */
const frozenClock = new ServerClock(() => SAMPLE_START_US / 1000 + 1240);

function storeWith(spans: readonly SpanView[]): TraceStore {
  const store = new TraceStore({ clock: frozenClock });
  store.applySpans(spans);
  store.flush();
  return store;
}

export function TraceGallery() {
  return (
    <div className="flex flex-col gap-8 p-6">
      <State name="Strips">
        <div className="flex w-[520px] flex-col gap-3">
          <Strip spans={revenueTrace(true)} turn={sampleTurn()} />
          <Strip
            spans={revenueTrace(false)}
            turn={sampleTurn({ status: "running", end_us: null })}
            pressed
          />
          <Strip spans={[]} turn={sampleTurn({ status: "running", end_us: null })} />
          <Strip spans={[]} turn={sampleTurn({ error_count: 0 })} />
          <Strip spans={[]} turn={sampleTurn({ status: "error" })} />
          <Strip spans={[]} turn={sampleTurn({ status: "cancelled", error_count: 0 })} />
        </div>
      </State>
      <State name="Running">
        <Panel spans={revenueTrace(false)} live selected="llm" />
      </State>
    </div>
  );
}

function State({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name}>
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
  const store = useMemo(() => storeWith(spans), [spans]);
  return <SpanStrip store={store} turn={turn} pressed={pressed} onClick={() => {}} />;
}

interface PanelProps {
  spans: readonly SpanView[];
  live?: boolean;
  selected?: string;
  compact?: boolean;
}

export function Panel({ spans, live = false, selected, compact = false }: PanelProps) {
  const store = useMemo(() => storeWith(spans), [spans]);
  const [span, setSpan] = useState<string | null>(selected ?? null);
  const loadDetail = useMemo(() => detailsOf(spans), [spans]);
  return (
    <div
      className={
        compact
          ? "h-[640px] w-[390px] border border-line"
          : "h-[820px] w-[660px] border border-line"
      }
    >
      <TracePanel
        store={store}
        traceId={SAMPLE_TRACE}
        live={live}
        selectedSpanId={span}
        onSelect={setSpan}
        loadDetail={loadDetail}
        compact={compact}
      />
    </div>
  );
}

function detailsOf(spans: readonly SpanView[]): (spanId: string) => Promise<SpanDetail> {
  return async (spanId) => {
    const span = spans.find((candidate) => candidate.span_id === spanId);
    if (!span) throw new Error(`No span ${spanId}`);
    return sampleDetail(span);
  };
}
