/** One trace: its numbers, its tree over time, and the detail of a span. */
import { Tabs } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MessagesView, SpanDetail } from "./parts";
import type { LoadDetail } from "./SpanDetail/useDetail";
import type { TraceStore } from "./store";
import { WaterfallView } from "./WaterfallView";

export interface TracePanelProps {
  store: TraceStore;
  traceId: string;
  /** The turn is still running. */
  live: boolean;
  view: TraceViewName;
  onView(view: TraceViewName): void;
  selectedSpanId: string | null;
  /** A span is looked at in the waterfall, whatever the view was. */
  onSelect(spanId: string | null): void;
  loadDetail: LoadDetail;
  /** A phone's sheet: one page at a time, no mini-map, no notes. */
  compact?: boolean;
  /** Buttons at the end of the head, for example to close the panel. */
  actions?: ReactNode;
}

const VIEWS = ["waterfall", "messages"] as const;

export type TraceViewName = (typeof VIEWS)[number];

export function TracePanel(props: TracePanelProps) {
  const { store, traceId, view, onView, selectedSpanId, onSelect, loadDetail } = props;
  const { compact = false } = props;
  const { t } = useTranslation("trace");
  const showsDetailPage = compact && selectedSpanId !== null;
  return (
    <Tabs.Root
      value={view}
      onValueChange={(name) => onView(name as TraceViewName)}
      className="flex h-full min-h-0 min-w-0 flex-col bg-bg1 text-fg"
    >
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 className="text-ui font-semibold">{t("trace")}</h2>
        <span className="truncate font-mono text-meta text-fg3" title={traceId}>
          {traceId.slice(0, 8)}
        </span>
        <Tabs.List aria-label={t("view.label")} className="ml-auto flex gap-1">
          {VIEWS.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="h-8 rounded-control px-2.5 text-ui text-fg2 hover:text-fg data-[state=active]:bg-bg2 data-[state=active]:text-fg coarse:h-11"
            >
              {t(`view.${name}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {props.actions}
      </header>
      <Tabs.Content
        value="waterfall"
        tabIndex={-1}
        forceMount
        className="flex min-h-0 flex-1 flex-col outline-none data-[state=inactive]:hidden"
      >
        {showsDetailPage && (
          <SpanDetail
            key={selectedSpanId}
            store={store}
            spanId={selectedSpanId}
            loadDetail={loadDetail}
            compact
            onClose={() => onSelect(null)}
          />
        )}
        <WaterfallView key={traceId} {...props} compact={compact} covered={showsDetailPage} />
      </Tabs.Content>
      <Tabs.Content value="messages" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        <MessagesView store={store} loadDetail={loadDetail} onOpen={onSelect} />
      </Tabs.Content>
    </Tabs.Root>
  );
}
