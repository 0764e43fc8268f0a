// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned one by one, table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: in a treegrid the rows have the focus
/** The tree with its bars: a treegrid of virtual rows over one canvas. */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type PointerEvent,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { deepestLevel, layOut } from "./columns";
import { LaneCanvas } from "./LaneCanvas";
import { at, NONE } from "./links";
import { useSize } from "./painter";
import { INDENT, Row } from "./Row";
import { rowOf } from "./rowElement";
import { isGroup, type RowId, spanOf } from "./rows";
import type { TraceStore } from "./store";
import { useFollow, useStopFollowing } from "./useFollow";
import { useLanePointer, useLaneWheel } from "./useLanePointer";
import { useRowFocus } from "./useRowFocus";
import { useScrollTo } from "./useScrollTo";
import type { LiveTimeScale } from "./useTimeScale";
import type { Tree } from "./useTree";
import { toggle, useTreeCommands } from "./useTreeCommands";
import { WaterfallHead } from "./WaterfallHead";

const OVERSCAN = 8;
/** Until the first one is measured. */
const FIRST_SIZE = { width: 640, height: 0 };

/** For the controls outside of the tree. */
export interface WaterfallHandle {
  /** Scroll to a row, which becomes the tab stop. */
  show(row: RowId): void;
  /** Give the focus to the tab stop. */
  focus(): void;
}

export interface WaterfallProps {
  ref: RefObject<WaterfallHandle | null>;
  store: TraceStore;
  tree: Tree;
  time: LiveTimeScale;
  selectedSpanId: string | null;
  onSelect(spanId: string | null): void;
  /** Moments of the events of the selected span, in microseconds since the epoch. */
  eventTimesUs: readonly number[];
  following: boolean;
  onFollow(following: boolean): void;
  focusSearch(): void;
  /** Share of the first column in percent. */
  nameColumn: number;
  onNameColumn(percent: number): void;
  compact: boolean;
  /** In pixels; one for all rows. */
  rowHeight: number;
}

export function Waterfall(props: WaterfallProps) {
  const { store, tree, time, rowHeight, compact, onFollow } = props;
  const { rows } = tree;
  const { t, i18n } = useTranslation("trace");
  const grid = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(FIRST_SIZE);
  const [hovered, setHovered] = useState<RowId>();
  const columns = useMemo(
    () => layOut(size.width, props.nameColumn),
    [size.width, props.nameColumn],
  );
  const selected = props.selectedSpanId ? store.indexOf(props.selectedSpanId) : undefined;
  const focusRow = tree.focus === undefined ? NONE : rows.indexOf(tree.focus);

  useSize(grid, setSize);
  useLayoutEffect(() => time.setWidth(columns.lane), [time, columns.lane]);

  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    getItemKey: useCallback((row: number) => at(rows.id, row), [rows]),
    overscan: OVERSCAN,
    rangeExtractor: useCallback(
      (range: Range) => withFocus(defaultRangeExtractor(range), focusRow, rows.count),
      [focusRow, rows.count],
    ),
  });
  const range = virtualizer.range ?? { startIndex: 0, endIndex: -1 };
  const scrollTo = useScrollTo(grid, rowHeight, size.height);

  const { goTo, show, onFocus, onBlur } = useRowFocus(grid, tree, scrollTo);
  useImperativeHandle(props.ref, () => ({
    show,
    focus: () => tree.focus !== undefined && goTo(tree.focus),
  }));
  useFollow(props.following, rows.indexOf(store.end - 1), rows.count, scrollTo);
  useStopFollowing(
    grid,
    useCallback(() => onFollow(false), [onFollow]),
  );

  const select = (row: RowId) => props.onSelect(store.view(spanOf(row)).span_id);
  const onKeyDown = useTreeCommands({
    store,
    tree,
    scale: time.scale,
    goTo,
    select,
    leave: () => {
      if (props.selectedSpanId === null) return false;
      props.onSelect(null);
      return true;
    },
    focusSearch: props.focusSearch,
    toggleFollow: () => onFollow(!props.following),
    pageSize: () => Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / rowHeight) - 1),
  });
  useLaneWheel(grid, time.scale, columns);
  const pointer = useLanePointer({
    store,
    scale: time.scale,
    width: columns.lane,
    onRow: (row, inChevron) => {
      tree.setFocus(row);
      if (isGroup(row) || inChevron) toggle(tree, row);
      else select(row);
    },
  });

  const emphasized = new Set([selected, hovered].filter((row) => row !== undefined));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <WaterfallHead
        columns={columns}
        scale={time.scale}
        nameColumn={props.nameColumn}
        onNameColumn={props.onNameColumn}
      />
      <div
        ref={grid}
        role="treegrid"
        aria-label={t("trace")}
        aria-rowcount={rows.count}
        aria-colcount={2}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={onBlur}
        {...pointer}
        onPointerMove={(event: PointerEvent) => setHovered(rowOf(event.target))}
        onPointerLeave={() => setHovered(undefined)}
        className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain"
        style={
          {
            "--trace-columns": `${columns.name}px ${columns.lane}px ${columns.time}px`,
          } as CSSProperties
        }
      >
        <div
          role="presentation"
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map((item) => {
            const id = at(rows.id, item.index);
            const parent = at(rows.parent, item.index);
            return (
              <Row
                key={item.key}
                store={store}
                id={id}
                rev={isGroup(id) ? store.version : at(store.rev, id)}
                row={item.index}
                top={item.start}
                height={rowHeight}
                level={at(rows.level, item.index)}
                deepest={deepestLevel(columns.name, INDENT, compact)}
                position={at(rows.position, item.index)}
                siblings={parent === NONE ? rows.tops : at(rows.children, parent)}
                state={at(rows.state, item.index)}
                hidden={at(rows.hidden, item.index)}
                hiddenError={at(rows.hiddenError, item.index) === 1}
                selected={id === selected}
                tabStop={item.index === focusRow}
                originUs={store.totals.firstUs}
                compact={compact}
                t={t}
                locale={i18n.language}
              />
            );
          })}
          <LaneCanvas
            store={store}
            rows={rows}
            time={time}
            left={columns.name}
            visible={size.width > 0}
            width={columns.lane}
            rowHeight={rowHeight}
            firstRow={Math.max(0, range.startIndex - OVERSCAN)}
            endRow={Math.min(rows.count, range.endIndex + 1 + OVERSCAN)}
            emphasized={emphasized}
            events={selected === undefined ? null : { node: selected, timesUs: props.eventTimesUs }}
          />
        </div>
      </div>
    </div>
  );
}

/** The row with the focus stays mounted wherever the list is scrolled. */
function withFocus(range: number[], focusRow: number, count: number): number[] {
  if (focusRow < 0 || focusRow >= count || range.includes(focusRow)) return range;
  return [...range, focusRow].sort((a, b) => a - b);
}
