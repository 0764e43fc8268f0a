/** The bars of the rows that are on the screen, on one canvas. */
import { BAR_HEIGHT, type BarShape, drawBar } from "./bars";
import { membersOf } from "./groups";
import { ERROR, LLM } from "./kinds";
import { at, NONE } from "./links";
import type { Palette } from "./palette";
import { COLLAPSED, isGroup, type Rows, spanOf } from "./rows";
import { selfTime } from "./selfTime";
import type { TraceStore } from "./store";
import type { TimeScale } from "./timescale";

export interface LaneView {
  store: TraceStore;
  rows: Rows;
  scale: TimeScale;
  width: number;
  rowHeight: number;
  /** Rows to draw, the second one excluded. */
  firstRow: number;
  endRow: number;
  /** Spans that are drawn with their own work set off from that of their children. */
  emphasized: ReadonlySet<number>;
  /** Moments of the events of one span, where they are known. */
  events: { node: number; timesUs: readonly number[] } | null;
  nowUs: number;
  breath: number;
}

const MOST_MARKS = 400;
/** In a shorter bar nobody could tell the parts, in pixels. */
const LEAST_FOR_SELF_TIME = 8;

export function drawLanes(ctx: CanvasRenderingContext2D, view: LaneView, colors: Palette): void {
  for (let row = view.firstRow; row < view.endRow; row++) {
    const middle = (row - view.firstRow + 0.5) * view.rowHeight;
    const id = at(view.rows.id, row);
    if (isGroup(id)) drawMarks(ctx, view, spanOf(id), at(view.rows.hidden, row), middle, colors);
    else drawSpan(ctx, view, row, id, middle, colors);
  }
}

function drawSpan(
  ctx: CanvasRenderingContext2D,
  view: LaneView,
  row: number,
  node: number,
  middle: number,
  colors: Palette,
): void {
  const bar = shapeOf(view, node, middle - BAR_HEIGHT / 2, colors);
  if (drawOutside(ctx, view.width, bar, middle)) return;
  const hasSelfTime =
    view.emphasized.has(node) &&
    bar.width > LEAST_FOR_SELF_TIME &&
    at(view.store.links.firstChild, node) !== NONE;
  if (hasSelfTime) ctx.globalAlpha = 0.4;
  drawBar(ctx, bar, colors);
  ctx.globalAlpha = 1;
  ctx.fillStyle = bar.color;
  if (hasSelfTime) drawSelfTime(ctx, view, node, bar);
  if (at(view.rows.state, row) === COLLAPSED) {
    const first = at(view.store.links.firstChild, node);
    drawChildMarks(ctx, view, first, middle, colors);
  }
}

function shapeOf(view: LaneView, node: number, y: number, colors: Palette): BarShape {
  const { store, scale, width, nowUs } = view;
  const start = at(store.start, node);
  const x = scale.x(start, width);
  const ttftUs = at(store.kind, node) === LLM ? store.view(node).ttft_ms * 1000 : 0;
  const ticks = view.events?.node === node ? view.events.timesUs : [];
  return {
    x,
    y,
    width: scale.x(store.stopOr(node, nowUs), width) - x,
    status: at(store.status, node),
    color: markColor(store, node, colors),
    head: ttftUs > 0 ? scale.x(start + ttftUs, width) - x : 0,
    ticks: ticks.map((us) => scale.x(us, width)),
    breath: view.breath,
  };
}

/** A small arrow at the edge behind which the bar is; returns whether there is one. */
function drawOutside(
  ctx: CanvasRenderingContext2D,
  laneWidth: number,
  { x, width, color }: BarShape,
  middle: number,
): boolean {
  const isBefore = x + width < 0;
  if (!isBefore && x <= laneWidth) return false;
  const tip = isBefore ? 2 : laneWidth - 2;
  const base = isBefore ? tip + 5 : tip - 5;
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(tip, middle);
  ctx.lineTo(base, middle - 4);
  ctx.lineTo(base, middle + 4);
  ctx.closePath();
  ctx.fill();
  return true;
}

function drawSelfTime(
  ctx: CanvasRenderingContext2D,
  { store, scale, width, nowUs }: LaneView,
  node: number,
  bar: BarShape,
): void {
  for (const { from, to } of selfTime(store, node, nowUs)) {
    const x = scale.x(from, width);
    ctx.fillRect(x, bar.y, Math.max(0.5, scale.x(to, width) - x), BAR_HEIGHT);
  }
}

/** Thin marks for the children that a collapsed row hides. */
function drawChildMarks(
  ctx: CanvasRenderingContext2D,
  view: LaneView,
  first: number,
  middle: number,
  colors: Palette,
): void {
  const { store, scale, width, nowUs } = view;
  let node = first;
  for (let i = 0; node !== NONE && i < MOST_MARKS; i++) {
    const x = scale.x(at(store.start, node), width);
    const markWidth = Math.max(1, scale.x(store.stopOr(node, nowUs), width) - x);
    ctx.fillStyle = colors.surface;
    ctx.fillRect(x, middle + 1, markWidth, 4);
    ctx.fillStyle = markColor(store, node, colors);
    ctx.fillRect(x, middle + 2, markWidth, 2);
    node = at(store.links.next, node);
  }
}

/** The members of a group, each as a small upright mark; those that failed over the others. */
function drawMarks(
  ctx: CanvasRenderingContext2D,
  view: LaneView,
  first: number,
  count: number,
  middle: number,
  colors: Palette,
): void {
  const { store } = view;
  ctx.fillStyle = colors.kinds[at(store.kind, first)] ?? colors.text;
  let drawnUpTo = Number.NEGATIVE_INFINITY;
  for (const node of membersOf(store, first, count))
    drawnUpTo = drawMark(ctx, view, node, middle, drawnUpTo);
  ctx.fillStyle = colors.error;
  drawnUpTo = Number.NEGATIVE_INFINITY;
  for (const node of membersOf(store, first, count))
    if (store.isError(node)) drawnUpTo = drawMark(ctx, view, node, middle, drawnUpTo);
}

/** Skips what is covered already; returns the pixel up to which the lane is drawn. */
function drawMark(
  ctx: CanvasRenderingContext2D,
  { store, scale, width, nowUs }: LaneView,
  node: number,
  middle: number,
  drawnUpTo: number,
): number {
  const x = scale.x(at(store.start, node), width);
  const end = Math.max(x + 2, scale.x(store.stopOr(node, nowUs), width));
  if (end <= drawnUpTo + 0.5 || x > width || end < 0) return drawnUpTo;
  const left = Math.max(x, drawnUpTo);
  ctx.fillRect(left, middle - 4, end - left, 8);
  return end;
}

function markColor(store: TraceStore, node: number, colors: Palette): string {
  if (at(store.status, node) === ERROR) return colors.error;
  return colors.kinds[at(store.kind, node)] ?? colors.text;
}
