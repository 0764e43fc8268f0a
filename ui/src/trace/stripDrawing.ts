/** The miniature waterfall of the span strip. */
import { axisLength } from "./domain";
import { ERROR } from "./kinds";
import { at } from "./links";
import { packLanes } from "./pack";
import type { Palette } from "./palette";
import type { TraceStore } from "./store";

export const LANES = 7;
const LANE = 2;
const LANE_GAP = 1;
const LEAST_WIDTH = 2;

export function drawStrip(
  ctx: CanvasRenderingContext2D,
  store: TraceStore,
  width: number,
  height: number,
  colors: Palette,
): void {
  const { firstUs, lastUs, running } = store.totals;
  const nowUs = running > 0 ? store.nowUs() : lastUs;
  const length = axisLength(nowUs - firstUs, running > 0);
  const top = (height - LANES * (LANE + LANE_GAP) + LANE_GAP) / 2;
  const failed: [number, number, number][] = [];
  for (const { node, lane } of packLanes(store, LANES, nowUs)) {
    const x = ((at(store.start, node) - firstUs) / length) * width;
    const end = ((store.stopOr(node, nowUs) - firstUs) / length) * width;
    const y = top + lane * (LANE + LANE_GAP);
    const barWidth = Math.max(LEAST_WIDTH, end - x);
    if (at(store.status, node) === ERROR) failed.push([x, y, barWidth]);
    else {
      ctx.fillStyle = colors.kinds[at(store.kind, node)] ?? colors.text;
      ctx.fillRect(x, y, barWidth, LANE);
    }
  }
  ctx.fillStyle = colors.error;
  for (const [x, y, barWidth] of failed) ctx.fillRect(x, y, barWidth, LANE);
  if (running === 0) return;
  ctx.fillStyle = colors.live;
  ctx.fillRect(((nowUs - firstUs) / length) * width, top - 2, 2, LANES * (LANE + LANE_GAP) + 3);
}

/** A trace of which only the sums are known: one bar. */
export function drawUnknown(
  ctx: CanvasRenderingContext2D,
  failed: boolean,
  width: number,
  height: number,
  colors: Palette,
): void {
  ctx.fillStyle = failed ? colors.error : colors.line;
  ctx.fillRect(0, height / 2 - LANE / 2, width, LANE);
}
