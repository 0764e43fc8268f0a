// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned one by one, table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: in a treegrid the row has the focus, not its cells
/** One row of the tree. The bar is not here: all bars are on one canvas. */
import { clsx } from "clsx";
import { ChevronDown, ChevronRight, Star } from "lucide-react";
import { memo, useMemo } from "react";
import { formatDuration, formatElapsed } from "./format";
import { groupDuration, medianDuration } from "./groups";
import { KindBadge } from "./KindBadge";
import { at } from "./links";
import { COLLAPSED, isGroup, LEAF, type RowId, spanOf } from "./rows";
import { useTraceScores } from "./scores";
import type { TraceStore } from "./store";
import { useTick } from "./ticker";
import { nameOf, noteOf, rowLabel, type TraceT } from "./words";

export const INDENT = 14;
export const ROW_PADDING = 10;

export interface RowProps {
  store: TraceStore;
  id: RowId;
  /** Change of the span; only makes the row render again. */
  rev: number;
  row: number;
  top: number;
  height: number;
  level: number;
  /** Deepest level that is still indented. */
  deepest: number;
  position: number;
  siblings: number;
  state: number;
  hidden: number;
  hiddenError: boolean;
  selected: boolean;
  tabStop: boolean;
  originUs: number;
  compact: boolean;
  t: TraceT;
  locale: string;
}

export const Row = memo(function Row(props: RowProps) {
  const { store, id, state, selected, tabStop, t } = props;
  const label = useLabel(props);
  const node = spanOf(id);
  const view = store.view(node);
  const isRunning = !isGroup(id) && view.status === "running";
  return (
    <div
      role="row"
      data-row={id}
      aria-rowindex={props.row + 1}
      aria-level={props.level}
      aria-posinset={props.position}
      aria-setsize={props.siblings}
      aria-expanded={state === LEAF ? undefined : state !== COLLAPSED}
      aria-selected={selected}
      aria-busy={isRunning || undefined}
      aria-label={label}
      tabIndex={tabStop ? 0 : -1}
      className={clsx(
        "group absolute inset-x-0 top-0 grid cursor-default grid-cols-(--trace-columns) items-center outline-offset-[-2px] select-none",
        selected
          ? "bg-accent-soft shadow-[inset_3px_0_0_var(--accent)]"
          : "hover:bg-bg2 focus-visible:bg-bg2",
      )}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
    >
      <NameCell {...props} />
      <div aria-hidden="true" data-lane="" className="h-full" />
      <div role="gridcell" className="truncate pe-3 text-end text-table text-fg2 tabular-nums">
        {isGroup(id) ? (
          formatDuration(groupDuration(store, node, props.hidden), props.locale)
        ) : (
          <TimeText store={store} node={node} t={t} locale={props.locale} />
        )}
      </div>
    </div>
  );
});

function NameCell(props: RowProps) {
  const { store, id, level, deepest, state, hidden, t, locale } = props;
  const node = spanOf(id);
  const view = store.view(node);
  const isFailed = !isGroup(id) && view.status === "error";
  const scoreCount = useScoreCount(store, id);
  const indent = Math.min(level, deepest) - 1;
  const name = isGroup(id)
    ? t("row.groupName", { name: nameOf(view), count: hidden })
    : nameOf(view);
  const note = props.compact ? "" : isGroup(id) ? medianText(props) : noteOf(view, t, locale);
  return (
    <div
      role="rowheader"
      className="relative flex h-full min-w-0 items-center gap-1.5 pe-2"
      style={{ paddingInlineStart: ROW_PADDING + indent * INDENT }}
    >
      <Guides count={indent} />
      <Chevron state={state} />
      {level > deepest && (
        <span className="rounded-[3px] bg-bg2 px-1 text-[10px] leading-4 text-fg3">{level}</span>
      )}
      <KindBadge kind={view.kind} failed={isFailed} />
      <span
        className={clsx(
          "min-w-0 truncate text-ui",
          isFailed ? "text-err" : "text-fg",
          store.isArriving(node) && "italic",
        )}
        title={arrivingTitle(props)}
      >
        {name}
      </span>
      {scoreCount > 0 && <ScoreMark label={t("score.count", { count: scoreCount })} />}
      {props.hiddenError && <HiddenError label={t("row.failedInside")} />}
      {state === COLLAPSED && !isGroup(id) && (
        <span className="shrink-0 text-meta text-fg3 tabular-nums">+{hidden}</span>
      )}
      {note && (
        <span className="min-w-0 flex-1 truncate ps-2 text-end text-meta text-fg3 tabular-nums">
          {note}
        </span>
      )}
    </div>
  );
}

function medianText({ store, id, hidden, t, locale }: RowProps): string {
  return t("row.median", {
    time: formatDuration(medianDuration(store, spanOf(id), hidden), locale),
  });
}

function arrivingTitle({ store, id, t }: RowProps): string | undefined {
  if (!store.isArriving(spanOf(id))) return undefined;
  return t(store.totals.running > 0 ? "row.arriving" : "row.orphan");
}

/** Vertical lines from the ancestors, drawn by one gradient whatever the depth. */
function Guides({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span
      aria-hidden="true"
      className="absolute inset-y-0 start-[15px] bg-[repeating-linear-gradient(to_right,var(--line)_0_1px,transparent_1px_14px)]"
      style={{ width: (count - 1) * INDENT + 1 }}
    />
  );
}

function Chevron({ state }: { state: number }) {
  if (state === LEAF) return <span className="w-3.5 shrink-0" />;
  const Icon = state === COLLAPSED ? ChevronRight : ChevronDown;
  return (
    <span
      data-chevron=""
      aria-hidden="true"
      className="-my-1.5 -ml-1 grid w-[18px] shrink-0 place-items-center self-stretch text-fg3 group-hover:text-fg"
    >
      <Icon size={13} strokeWidth={2.25} />
    </span>
  );
}

/** How many scores a span has. */
function useScoreCount(store: TraceStore, id: RowId): number {
  const scores = useTraceScores();
  if (isGroup(id)) return 0;
  const { span_id, parent_id } = store.view(id);
  return scores.of(span_id, parent_id === null).length;
}

function ScoreMark({ label }: { label: string }) {
  return (
    <span title={label} className="shrink-0 text-fg3">
      <Star size={11} aria-hidden="true" className="fill-current" />
    </span>
  );
}

function HiddenError({ label }: { label: string }) {
  return (
    <span
      title={label}
      className="grid size-3.5 shrink-0 place-items-center rounded-full border border-err text-[10px] leading-none font-semibold text-err"
    >
      !
    </span>
  );
}

interface TimeTextProps {
  store: TraceStore;
  node: number;
  t: TraceT;
  locale: string;
}

function TimeText({ store, node, t, locale }: TimeTextProps) {
  const isRunning = store.isRunning(node);
  useTick(isRunning, 10);
  const start = at(store.start, node);
  if (isRunning) return `${formatElapsed(store.nowUs() - start, locale)}…`;
  const time = formatDuration(store.stopOr(node, start) - start, locale);
  if (store.view(node).status === "abandoned")
    return <span title={t("status.abandoned")}>{`${time} ?`}</span>;
  return time;
}

type LabelFacts = Pick<
  RowProps,
  "store" | "id" | "level" | "hidden" | "hiddenError" | "originUs" | "t" | "locale"
>;

/** Made again only if something has changed that it says; siblings come far more often. */
function useLabel(props: RowProps): string {
  const { store, id, rev, level, hidden, hiddenError, originUs, t, locale } = props;
  const scoreCount = useScoreCount(store, id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place, `rev` says when
  return useMemo(() => {
    const facts = { store, id, level, hidden, hiddenError, originUs, t, locale };
    const label = isGroup(id) ? groupLabel(facts) : spanLabel(facts);
    return scoreCount > 0 ? `${label}, ${t("score.count", { count: scoreCount })}` : label;
  }, [store, id, rev, level, hidden, hiddenError, originUs, scoreCount, t, locale]);
}

function spanLabel({ store, id, level, originUs, hidden, hiddenError, t, locale }: LabelFacts) {
  const label = rowLabel(store.view(id), level, originUs, t, locale);
  const inside = hidden > 0 && hiddenError ? `, ${t("row.failedInside")}` : "";
  return label + inside;
}

function groupLabel({ store, id, level, hidden, hiddenError, t, locale }: LabelFacts): string {
  const node = spanOf(id);
  const view = store.view(node);
  const label = t("row.group", {
    name: nameOf(view),
    kind: t(`kind.${view.kind}`),
    count: hidden,
    time: formatDuration(medianDuration(store, node, hidden), locale),
    level,
  });
  return hiddenError ? `${label}, ${t("row.failedInside")}` : label;
}
