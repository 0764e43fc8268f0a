/** One trace: its numbers, its tree over time, and the detail of a span. */
import { Tabs } from "radix-ui";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { formatCount } from "./format";
import { MessagesView } from "./MessagesView";
import { MiniMap } from "./MiniMap";
import { OptionsMenu } from "./OptionsMenu";
import { DEFAULT_OPTIONS, type PanelOptions } from "./options";
import type { RowId } from "./rows";
import { SearchBox } from "./SearchBox";
import { SpanDetail } from "./SpanDetail";
import type { LoadDetail } from "./SpanDetail/useDetail";
import { Splitter } from "./Splitter";
import { MAX_SPANS, type TraceStore } from "./store";
import { TotalsLine } from "./Totals";
import { usePanelSizes } from "./usePanelSizes";
import { useTimeScale } from "./useTimeScale";
import { type Tree, useTree } from "./useTree";
import { Waterfall } from "./Waterfall";

const MINI_MAP_FROM = 200;
const FINE_ROW = 28;
const COARSE_ROW = 44;

export interface TracePanelProps {
  store: TraceStore;
  traceId: string;
  /** The turn is still running. */
  live: boolean;
  selectedSpanId: string | null;
  onSelect(spanId: string | null): void;
  loadDetail: LoadDetail;
  /** A phone's sheet: one page at a time, no mini-map, no notes. */
  compact?: boolean;
  /** Buttons at the end of the head, for example to close the panel. */
  actions?: ReactNode;
}

export function TracePanel(props: TracePanelProps) {
  const { store, compact = false } = props;
  const { t } = useTranslation("trace");
  const [view, setView] = useState("waterfall");
  const showsDetailPage = compact && props.selectedSpanId !== null && view === "waterfall";
  return (
    <Tabs.Root
      value={view}
      onValueChange={setView}
      className="flex h-full min-h-0 min-w-0 flex-col bg-bg1 text-fg"
    >
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 className="text-ui font-semibold">{t("trace")}</h2>
        <span className="truncate font-mono text-meta text-fg3" title={props.traceId}>
          {props.traceId.slice(0, 8)}
        </span>
        <Tabs.List aria-label={t("view.label")} className="ml-auto flex gap-1">
          {(["waterfall", "messages"] as const).map((name) => (
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
        className="flex min-h-0 flex-1 flex-col outline-none"
      >
        {showsDetailPage ? (
          <DetailPage {...props} />
        ) : (
          <WaterfallView key={props.traceId} {...props} />
        )}
      </Tabs.Content>
      <Tabs.Content value="messages" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        <MessagesView
          store={store}
          loadDetail={props.loadDetail}
          onOpen={(spanId) => {
            props.onSelect(spanId);
            setView("waterfall");
          }}
        />
      </Tabs.Content>
    </Tabs.Root>
  );
}

function DetailPage({ store, selectedSpanId, onSelect, loadDetail }: TracePanelProps) {
  if (selectedSpanId === null) return null;
  return (
    <SpanDetail
      key={selectedSpanId}
      store={store}
      spanId={selectedSpanId}
      loadDetail={loadDetail}
      compact
      onClose={() => onSelect(null)}
    />
  );
}

function WaterfallView(props: TracePanelProps) {
  const { store, live, selectedSpanId, onSelect, compact = false } = props;
  const { t, i18n } = useTranslation("trace");
  const locale = i18n.language;
  const [options, setOptions] = useState<PanelOptions>({ ...DEFAULT_OPTIONS, follow: live });
  const [text, setText] = useState("");
  const [sizes, setSizes] = usePanelSizes();
  const [eventTimesUs, setEventTimesUs] = useState<readonly number[]>([]);
  const filter = useMemo(
    () => ({ text, onlyErrors: options.onlyErrors, onlyCalls: options.onlyCalls }),
    [text, options.onlyErrors, options.onlyCalls],
  );
  const tree = useTree(store, filter);
  const { scale, update, setWidth } = useTimeScale(store, options.compress);
  const isCoarse = useMediaQuery("(pointer: coarse)");
  const search = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const goTo = useRef<(row: RowId) => void>(() => {});
  const setFollow = useCallback(
    (follow: boolean) => setOptions((current) => ({ ...current, follow })),
    [],
  );
  const showsDetail = selectedSpanId !== null && !compact;

  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line py-1.5 pr-2 pl-4">
        <TotalsLine store={store} t={t} locale={locale} />
        <div className="ml-auto flex min-w-44 flex-1 items-center justify-end gap-1">
          <SearchBox
            ref={search}
            text={text}
            onText={setText}
            found={text.trim() === "" ? null : foundState(tree)}
            onNext={(direction) => goToFound(tree, direction, goTo.current, search.current)}
            onLeave={() => tree.focus !== undefined && goTo.current(tree.focus)}
            t={t}
            locale={locale}
          />
          <OptionsMenu
            options={options}
            onChange={setOptions}
            scale={scale}
            expandAll={tree.expandAll}
            collapseAll={tree.collapseAll}
            t={t}
          />
        </div>
      </div>
      {store.truncated && (
        <p className="shrink-0 border-b border-line bg-bg2 px-4 py-1 text-meta text-fg2">
          {t("state.truncated", { text: formatCount(MAX_SPANS, locale) })}
        </p>
      )}
      {!compact && store.totals.spans > MINI_MAP_FROM && (
        <MiniMap store={store} scale={scale} t={t} locale={locale} />
      )}
      <div ref={area} className="flex min-h-0 flex-1 flex-col">
        <div
          className="flex min-h-0 flex-col"
          style={{ flex: showsDetail ? `0 0 ${sizes.tree}%` : "1 1 0" }}
        >
          {tree.rows.count === 0 ? (
            <EmptyTree
              spans={store.totals.spans}
              onReset={() => {
                setText("");
                setOptions({ ...options, onlyErrors: false, onlyCalls: false });
              }}
            />
          ) : (
            <Waterfall
              store={store}
              tree={tree}
              scale={scale}
              updateScale={update}
              selectedSpanId={selectedSpanId}
              onSelect={onSelect}
              eventTimesUs={eventTimesUs}
              following={live && options.follow}
              onFollow={setFollow}
              focusSearch={() => search.current?.focus()}
              nameColumn={sizes.nameColumn}
              onNameColumn={(nameColumn) => setSizes({ nameColumn })}
              compact={compact}
              rowHeight={isCoarse || compact ? COARSE_ROW : FINE_ROW}
              goToRef={goTo}
              onLaneWidth={setWidth}
              t={t}
              locale={locale}
            />
          )}
        </div>
        {showsDetail && (
          <>
            <Splitter
              label={t("pane.resize")}
              orientation="horizontal"
              value={sizes.tree}
              min={20}
              max={80}
              length={() => area.current?.clientHeight ?? 1}
              onChange={(tree) => setSizes({ tree })}
              className="z-10 -my-1 shrink-0"
            />
            <SpanDetail
              key={selectedSpanId}
              store={store}
              spanId={selectedSpanId}
              loadDetail={props.loadDetail}
              onEventTimes={setEventTimesUs}
              onClose={() => onSelect(null)}
            />
          </>
        )}
      </div>
    </>
  );
}

function EmptyTree({ spans, onReset }: { spans: number; onReset(): void }) {
  const { t } = useTranslation("trace");
  if (spans === 0) return <p className="p-6 text-center text-fg3">{t("state.waiting")}</p>;
  return (
    <p className="p-6 text-center text-fg3">
      {t("state.nothingMatches")}{" "}
      <button type="button" onClick={onReset} className="text-fg underline underline-offset-2">
        {t("state.clearFilter")}
      </button>
    </p>
  );
}

function foundState({ found, focus }: Tree): { current: number; count: number } | null {
  if (!found) return null;
  return { current: focus === undefined ? 0 : found.indexOf(focus) + 1, count: found.length };
}

/** Move to the next match and leave the caret in the search box. */
function goToFound(
  { found, focus }: Tree,
  direction: 1 | -1,
  goTo: (row: RowId) => void,
  search: HTMLInputElement | null,
): void {
  if (!found || found.length === 0) return;
  const here = focus === undefined ? -1 : found.indexOf(focus);
  const next = found[(here + direction + found.length) % found.length];
  if (next === undefined) return;
  goTo(next);
  search?.focus();
}
