// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned one by one, table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: in a treegrid the rows have the focus
/** The tree with its bars: a treegrid of virtual rows over one canvas. */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { drawBreaks, drawGridLines } from "./axis";
import { Canvas } from "./Canvas";
import { deepestLevel, layOut } from "./columns";
import { drawLanes } from "./lanes";
import { at, NONE } from "./links";
import { beginDrawing, usePainter, useSize } from "./painter";
import { palette } from "./palette";
import { INDENT, Row } from "./Row";
import { isGroup, type RowId, spanOf } from "./rows";
import type { TraceStore } from "./store";
import { prefersReducedMotion, type TimeScale } from "./timescale";
import { useFollow, useStopFollowing } from "./useFollow";
import { startLaneDrag, useLaneWheel } from "./useLanePointer";
import type { Tree } from "./useTree";
import { toggle, useTreeCommands } from "./useTreeCommands";
import { WaterfallHead } from "./WaterfallHead";
import type { TraceT } from "./words";

const OVERSCAN = 8;
const BREATH_MS = 1200;

export interface WaterfallProps {
  store: TraceStore;
  tree: Tree;
  scale: TimeScale;
  /** Brings the scale up to the present; called in every frame. */
  updateScale(): void;
  selectedSpanId: string | null;
  onSelect(spanId: string | null): void;
  /** Moments of the events of the selected span, in microseconds since the epoch. */
  eventTimesUs: readonly number[];
  following: boolean;
  onFollow(following: boolean): void;
  focusSearch(): void;
  nameColumn: number;
  onNameColumn(percent: number): void;
  compact: boolean;
  rowHeight: number;
  /** Told to scroll to a row, for example to a match of the search. */
  goToRef: { current: (row: RowId) => void };
  onLaneWidth(width: number): void;
  t: TraceT;
  locale: string;
}

export function Waterfall(props: WaterfallProps) {
  const { store, tree, scale, rowHeight, compact, t, locale } = props;
  const { rows } = tree;
  const grid = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const hovered = useRef<RowId | null>(null);
  const [width, setWidth] = useState(640);
  const columns = useMemo(() => layOut(width, props.nameColumn), [width, props.nameColumn]);
  const selected = props.selectedSpanId ? store.indexOf(props.selectedSpanId) : undefined;
  const focusRow = tree.focus === undefined ? NONE : rows.indexOf(tree.focus);

  useSize(grid, (size) => {
    if (size.width === 0) return;
    setWidth(size.width);
  });
  useLayoutEffect(() => props.onLaneWidth(columns.lane), [props.onLaneWidth, columns.lane]);

  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    getItemKey: useCallback((row: number) => at(rows.id, row), [rows]),
    overscan: OVERSCAN,
    initialRect: { width: 640, height: 600 },
    rangeExtractor: useCallback(
      (range: Range) => withFocus(defaultRangeExtractor(range), focusRow, rows.count),
      [focusRow, rows.count],
    ),
  });
  const items = virtualizer.getVirtualItems();
  const firstRow = Math.max(0, (virtualizer.range?.startIndex ?? 0) - OVERSCAN);
  const endRow = Math.min(rows.count, (virtualizer.range?.endIndex ?? 0) + 1 + OVERSCAN);

  const invalidate = usePainter((frameMs) => {
    props.updateScale();
    const isMoving = scale.step(frameMs);
    const height = (endRow - firstRow) * rowHeight;
    const ctx = beginDrawing(canvas.current, columns.lane, height);
    if (!ctx) return false;
    const colors = palette();
    drawGridLines(ctx, scale, columns.lane, height, colors);
    const emphasized = new Set<number>();
    if (selected !== undefined) emphasized.add(selected);
    if (hovered.current !== null) emphasized.add(spanOf(hovered.current));
    drawLanes(
      ctx,
      {
        store,
        rows,
        scale,
        width: columns.lane,
        rowHeight,
        firstRow,
        endRow,
        emphasized,
        events: selected === undefined ? null : { node: selected, timesUs: props.eventTimesUs },
        nowUs: store.nowUs(),
        breath: breathAt(frameMs),
      },
      colors,
    );
    drawBreaks(ctx, scale, columns.lane, height, colors);
    return isMoving || store.totals.running > 0;
  });
  useLayoutEffect(() => scale.subscribe(invalidate), [scale, invalidate]);
  useLaneWheel({ ref: grid, scale, left: columns.name, width: columns.lane });

  // --- Focus ----------------------------------------------------------------------------
  const focusedElement = useRef<Element | null>(null);
  const wantsFocus = useRef(false);
  const goTo = useCallback(
    (row: RowId) => {
      wantsFocus.current = true;
      tree.setFocus(row);
    },
    [tree.setFocus],
  );
  props.goToRef.current = goTo;
  useLayoutEffect(() => {
    const wasRemoved = focusedElement.current !== null && !focusedElement.current.isConnected;
    if (!wantsFocus.current && !wasRemoved) return;
    const element = grid.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]');
    if (!element) return;
    if (wantsFocus.current) virtualizer.scrollToIndex(focusRow);
    wantsFocus.current = false;
    element.focus({ preventScroll: true });
  });

  // --- Following ------------------------------------------------------------------------
  const newest = store.end - 1;
  const newestRow = props.following ? rows.indexOf(newest) : NONE;
  const scrollToRow = useCallback((row: number) => virtualizer.scrollToIndex(row), [virtualizer]);
  useFollow(props.following, newestRow, rows.count, scrollToRow);
  useStopFollowing(
    grid,
    useCallback(() => props.onFollow(false), [props.onFollow]),
  );

  // --- Keys and pointer -----------------------------------------------------------------
  const select = (row: RowId) => props.onSelect(store.view(spanOf(row)).span_id);
  const onKeyDown = useTreeCommands({
    store,
    tree,
    scale,
    goTo,
    select,
    leave: () => props.onSelect(null),
    focusSearch: props.focusSearch,
    toggleFollow: () => props.onFollow(!props.following),
    pageSize: () => Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / rowHeight) - 1),
  });
  const onClick = (event: MouseEvent) => {
    const id = rowOf(event.target);
    if (id === undefined) return;
    tree.setFocus(id);
    if (isGroup(id) || (event.target as Element).closest("[data-chevron]")) toggle(tree, id);
    else select(id);
  };
  const onDoubleClick = (event: MouseEvent) => {
    const id = rowOf(event.target);
    if (id === undefined || isGroup(id) || !(event.target as Element).closest("[data-lane]"))
      return;
    scale.zoomTo(store.view(id).start_us, store.stopOr(id, store.nowUs()));
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if ((event.target as Element).closest("[data-lane]")) startLaneDrag(event, scale, columns.lane);
  };
  const onPointerMove = (event: PointerEvent) => {
    const id = rowOf(event.target) ?? null;
    if (id === hovered.current) return;
    hovered.current = id;
    invalidate();
  };

  const deepest = deepestLevel(columns.name, INDENT, compact);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <WaterfallHead
        columns={columns}
        scale={scale}
        nameColumn={props.nameColumn}
        onNameColumn={props.onNameColumn}
        t={t}
        locale={locale}
      />
      <div
        ref={grid}
        role="treegrid"
        aria-label={t("trace")}
        aria-rowcount={rows.count}
        aria-colcount={2}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => {
          hovered.current = null;
          invalidate();
        }}
        onFocus={(event) => {
          focusedElement.current = event.target;
        }}
        onBlur={() => {
          focusedElement.current = null;
        }}
        className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain"
        style={
          {
            "--trace-columns": `${columns.name}px ${columns.lane}px ${columns.time}px`,
          } as React.CSSProperties
        }
      >
        <div
          role="presentation"
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const id = at(rows.id, item.index);
            const node = spanOf(id);
            const parent = at(rows.parent, item.index);
            return (
              <Row
                key={item.key}
                store={store}
                id={id}
                rev={at(store.rev, node) + (isGroup(id) ? store.version : 0)}
                row={item.index}
                top={item.start}
                height={rowHeight}
                level={at(rows.level, item.index)}
                deepest={deepest}
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
                locale={locale}
              />
            );
          })}
          <Canvas
            ref={canvas}
            width={columns.lane}
            height={(endRow - firstRow) * rowHeight}
            className="pointer-events-none absolute"
            style={{ top: firstRow * rowHeight, left: columns.name }}
          />
        </div>
      </div>
    </div>
  );
}

function withFocus(range: number[], focusRow: number, count: number): number[] {
  if (focusRow < 0 || focusRow >= count || range.includes(focusRow)) return range;
  return [...range, focusRow].sort((a, b) => a - b);
}

function rowOf(target: EventTarget): RowId | undefined {
  const row = (target as Element).closest<HTMLElement>("[data-row]")?.dataset.row;
  return row === undefined ? undefined : Number(row);
}

function breathAt(frameMs: number): number {
  if (prefersReducedMotion()) return 1;
  return 0.5 + 0.5 * Math.cos((frameMs / BREATH_MS) * 2 * Math.PI);
}
