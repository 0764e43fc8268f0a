/** Numbers of a run of like siblings that is shown as one row. */
import { at, NONE } from "./links";
import type { TraceStore } from "./store";

/** Median length in microseconds of the ended ones among `count` siblings from `first` on. */
export function medianDuration(store: TraceStore, first: number, count: number): number {
  const durations: number[] = [];
  let node = first;
  for (let i = 0; i < count && node !== NONE; i++) {
    const stop = at(store.stop, node);
    if (!Number.isNaN(stop)) durations.push(stop - at(store.start, node));
    node = at(store.links.next, node);
  }
  durations.sort((a, b) => a - b);
  return durations[(durations.length - 1) >> 1] ?? 0;
}
