/** Idle time folded away: long stretches in which no span without children was running. */
import { at } from "./links";
import type { TraceStore } from "./store";

/** A stretch of time, in microseconds since the start of the trace. */
export interface Gap {
  from: number;
  to: number;
}

/** Only gaps longer than this share of the trace are folded. */
const LEAST_SHARE = 0.05;

export function findGaps(
  store: TraceStore,
  originUs: number,
  lengthUs: number,
  nowUs: number,
): Gap[] {
  const busy = leafIntervals(store, originUs, nowUs).sort((a, b) => a.from - b.from);
  const gaps: Gap[] = [];
  let reached = 0;
  for (const { from, to } of busy) {
    if (from - reached > lengthUs * LEAST_SHARE) gaps.push({ from: reached, to: from });
    reached = Math.max(reached, to);
  }
  return gaps;
}

function leafIntervals(store: TraceStore, originUs: number, nowUs: number): Gap[] {
  const { outline } = store;
  const intervals: Gap[] = [];
  for (let i = 0; i < outline.count; i++) {
    if (at(outline.size, i) > 0) continue;
    const node = at(outline.node, i);
    const from = at(store.start, node) - originUs;
    intervals.push({ from, to: store.stopOr(node, nowUs) - originUs });
  }
  return intervals;
}

/**
 * Time with every gap shrunk to `foldedUs`. Without gaps it is the identity.
 */
export class Warp {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** Warped time at the start of each gap. */
  readonly #at: number[] = [];
  readonly #saved: number;

  constructor(
    readonly gaps: readonly Gap[] = [],
    readonly foldedUs = 0,
  ) {
    let saved = 0;
    for (const gap of gaps) {
      this.#from.push(gap.from);
      this.#to.push(gap.to);
      this.#at.push(gap.from - saved);
      saved += gap.to - gap.from - foldedUs;
    }
    this.#saved = saved;
  }

  /** Warped length of `lengthUs`, which must not end inside a gap. */
  length(lengthUs: number): number {
    return lengthUs - this.#saved;
  }

  toWarped(us: number): number {
    const i = lastBelow(this.#from, us);
    if (i < 0) return us;
    const from = this.#from[i] ?? 0;
    const to = this.#to[i] ?? 0;
    const start = this.#at[i] ?? 0;
    if (us >= to) return start + this.foldedUs + (us - to);
    return start + ((us - from) / (to - from)) * this.foldedUs;
  }

  toReal(warped: number): number {
    const i = lastBelow(this.#at, warped);
    if (i < 0) return warped;
    const from = this.#from[i] ?? 0;
    const to = this.#to[i] ?? 0;
    const inside = warped - (this.#at[i] ?? 0);
    if (inside >= this.foldedUs) return to + inside - this.foldedUs;
    return from + (inside / this.foldedUs) * (to - from);
  }
}

/**
 * A warp in which each gap is `foldedPx` wide when the whole trace is drawn on `widthPx`.
 * Gaps that would not become shorter are left alone.
 */
export function foldGaps(
  gaps: readonly Gap[],
  lengthUs: number,
  widthPx: number,
  foldedPx: number,
): Warp {
  const room = widthPx - gaps.length * foldedPx;
  const idle = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  if (gaps.length === 0 || room < widthPx / 2) return new Warp();
  const foldedUs = (foldedPx * (lengthUs - idle)) / room;
  const worthwhile = gaps.filter((gap) => gap.to - gap.from > foldedUs);
  return new Warp(worthwhile, foldedUs);
}

/** Index of the last entry that is at most `value`, or -1. */
function lastBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
