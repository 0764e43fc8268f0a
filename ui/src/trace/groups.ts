/** Numbers of a run of like siblings that is shown as one row. */
import { at, NONE } from "./links";
import type { TraceStore } from "./store";

/** `count` siblings from `first` on. */
export function* membersOf(store: TraceStore, first: number, count: number): Generator<number> {
  let node = first;
  for (let i = 0; i < count && node !== NONE; i++) {
    yield node;
    node = at(store.links.next, node);
  }
}

/** Median length in microseconds of those that have ended. */
export function medianDuration(store: TraceStore, first: number, count: number): number {
  const durations: number[] = [];
  for (const node of membersOf(store, first, count)) {
    const stop = at(store.stop, node);
    if (!Number.isNaN(stop)) durations.push(stop - at(store.start, node));
  }
  durations.sort((a, b) => a - b);
  return durations[(durations.length - 1) >> 1] ?? 0;
}

/** Microseconds from the first start to the last end, or to now. */
export function groupDuration(store: TraceStore, first: number, count: number): number {
  const start = at(store.start, first);
  const nowUs = store.nowUs();
  let stop = start;
  for (const node of membersOf(store, first, count))
    stop = Math.max(stop, store.stopOr(node, nowUs));
  return stop - start;
}
