/** Spans packed into a few lanes, for the strip above an answer. */
import { at } from "./links";
import type { TraceStore } from "./store";

export interface Bar {
  node: number;
  lane: number;
}

/**
 * In reading order each span goes one lane below the one before it, so that a short trace makes
 * steps; at the bottom the search starts again at the span's depth. What finds no free lane shares
 * the last one. A span that is added moves none of those before it.
 */
export function packLanes(store: TraceStore, laneCount: number, nowUs: number): Bar[] {
  const freeFrom = new Float64Array(laneCount);
  const { outline } = store;
  const bars: Bar[] = [];
  let previous = -1;
  for (let i = 0; i < outline.count; i++) {
    const node = at(outline.node, i);
    const start = at(store.start, node);
    const depth = Math.min(at(outline.depth, i), laneCount - 1);
    const lane =
      freeLane(freeFrom, Math.max(depth, previous + 1), start) ??
      freeLane(freeFrom, depth, start) ??
      laneCount - 1;
    freeFrom[lane] = Math.max(at(freeFrom, lane), store.stopOr(node, nowUs));
    bars.push({ node, lane });
    previous = lane;
  }
  return bars;
}

function freeLane(freeFrom: Float64Array, from: number, start: number): number | undefined {
  for (let lane = from; lane < freeFrom.length; lane++)
    if (at(freeFrom, lane) <= start) return lane;
  return undefined;
}
