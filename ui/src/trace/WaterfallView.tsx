/** The waterfall with its toolbar, mini-map and the detail of the selected span below it. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { formatCount } from "./format";
import { MiniMap } from "./MiniMap";
import { OptionsMenu } from "./OptionsMenu";
import { DEFAULT_OPTIONS, type PanelOptions } from "./options";
import { SpanDetail } from "./parts";
import { SearchBox } from "./SearchBox";
import { Splitter } from "./Splitter";
import { MAX_SPANS } from "./store";
import { TotalsLine } from "./Totals";
import type { TracePanelProps } from "./TracePanel";
import { usePanelSizes } from "./usePanelSizes";
import { useTimeScale } from "./useTimeScale";
import { type Tree, useTree } from "./useTree";
import { Waterfall, type WaterfallHandle } from "./Waterfall";

const MINI_MAP_FROM = 200;
const FINE_ROW = 28;
const COARSE_ROW = 44;
/** On a phone names need more of the little there is. */
const LEAST_COMPACT_COLUMN = 50;

interface WaterfallViewProps extends TracePanelProps {
  compact: boolean;
  /** The detail has its place; what is open and searched here is kept. */
  covered: boolean;
}

export function WaterfallView(props: WaterfallViewProps) {
  const { store, live, selectedSpanId, onSelect, compact, covered } = props;
  const { t, i18n } = useTranslation("trace");
  const [options, setOptions] = useState<PanelOptions>(DEFAULT_OPTIONS);
  const [text, setText] = useState("");
  const [sizes, setSizes] = usePanelSizes();
  const [eventTimesUs, setEventTimesUs] = useState<readonly number[]>([]);
  const tree = useFilteredTree(store, text, options);
  const time = useTimeScale(store, options.compress);
  const isCoarse = useMediaQuery("(pointer: coarse)");
  const search = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const waterfall = useRef<WaterfallHandle>(null);
  const setFollow = useCallback(
    (follow: boolean) => setOptions((current) => ({ ...current, follow })),
    [],
  );
  useFocusOnReturn(covered, waterfall);
  const showAll = () => {
    setText("");
    setOptions({ ...options, onlyErrors: false, onlyCalls: false });
  };
  const showsDetail = selectedSpanId !== null && !compact;

  return (
    <div className={covered ? "hidden" : "flex min-h-0 flex-1 flex-col"}>
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line py-1.5 pr-2 pl-4">
        <TotalsLine store={store} />
        <div className="ml-auto flex min-w-44 flex-1 items-center justify-end gap-1">
          <SearchBox
            ref={search}
            text={text}
            onText={setText}
            found={text.trim() === "" ? null : foundState(tree)}
            onNext={(direction) => showFound(tree, direction, waterfall)}
            onLeave={() => waterfall.current?.focus()}
          />
          <OptionsMenu
            options={options}
            onChange={setOptions}
            scale={time.scale}
            expandAll={tree.expandAll}
            collapseAll={tree.collapseAll}
          />
        </div>
      </div>
      {store.truncated && (
        <p className="shrink-0 border-b border-line bg-bg2 px-4 py-1 text-meta text-fg2">
          {t("state.truncated", { text: formatCount(MAX_SPANS, i18n.language) })}
        </p>
      )}
      {!compact && store.totals.spans > MINI_MAP_FROM && (
        <MiniMap store={store} scale={time.scale} />
      )}
      <div ref={area} className="flex min-h-0 flex-1 flex-col">
        <div
          className="flex min-h-0 flex-col"
          style={{ flex: showsDetail ? `0 0 ${sizes.tree}%` : "1 1 0" }}
        >
          {tree.rows.count === 0 ? (
            <EmptyTree isFiltered={store.totals.spans > 0} onShowAll={showAll} />
          ) : (
            <Waterfall
              ref={waterfall}
              store={store}
              tree={tree}
              time={time}
              selectedSpanId={selectedSpanId}
              onSelect={onSelect}
              eventTimesUs={eventTimesUs}
              following={live && options.follow}
              onFollow={setFollow}
              focusSearch={() => search.current?.focus()}
              nameColumn={
                compact ? Math.max(LEAST_COMPACT_COLUMN, sizes.nameColumn) : sizes.nameColumn
              }
              onNameColumn={(nameColumn) => setSizes({ nameColumn })}
              compact={compact}
              rowHeight={isCoarse || compact ? COARSE_ROW : FINE_ROW}
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
              onChange={(share) => setSizes({ tree: share })}
              className="relative z-10 -my-1 shrink-0"
            />
            <SpanDetail
              key={selectedSpanId}
              store={store}
              spanId={selectedSpanId}
              loadDetail={props.loadDetail}
              onEventTimes={setEventTimesUs}
              onClose={() => {
                onSelect(null);
                waterfall.current?.focus();
              }}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** Back from the detail's page the row that was left has the focus again. */
function useFocusOnReturn(covered: boolean, waterfall: RefObject<WaterfallHandle | null>): void {
  const wasCovered = useRef(covered);
  useEffect(() => {
    if (wasCovered.current && !covered) waterfall.current?.focus();
    wasCovered.current = covered;
  }, [covered, waterfall]);
}

function useFilteredTree(
  store: TracePanelProps["store"],
  text: string,
  { onlyErrors, onlyCalls }: PanelOptions,
): Tree {
  const filter = useMemo(() => ({ text, onlyErrors, onlyCalls }), [text, onlyErrors, onlyCalls]);
  return useTree(store, filter);
}

function EmptyTree({ isFiltered, onShowAll }: { isFiltered: boolean; onShowAll(): void }) {
  const { t } = useTranslation("trace");
  if (!isFiltered) return <p className="p-6 text-center text-fg3">{t("state.waiting")}</p>;
  return (
    <p className="p-6 text-center text-fg3">
      {t("state.nothingMatches")}{" "}
      <button type="button" onClick={onShowAll} className="text-fg underline underline-offset-2">
        {t("state.clearFilter")}
      </button>
    </p>
  );
}

function foundState({ found, focus }: Tree): { current: number; count: number } | null {
  if (!found) return null;
  return { current: focus === undefined ? 0 : found.indexOf(focus) + 1, count: found.length };
}

/** Show the next match, after the last one the first. The caret stays in the search box. */
function showFound(
  { found, focus }: Tree,
  direction: 1 | -1,
  waterfall: RefObject<WaterfallHandle | null>,
): void {
  if (!found || found.length === 0) return;
  const here = focus === undefined ? -1 : found.indexOf(focus);
  const from = here === -1 && direction === -1 ? 0 : here;
  const next = found[(from + direction + found.length) % found.length];
  if (next !== undefined) waterfall.current?.show(next);
}
