/** The parts of a span during which none of its children was running. */
import { at, NONE } from "./links";
import type { TraceStore } from "./store";

interface Interval {
  from: number;
  to: number;
}

/** Microseconds since the epoch. Children are in the order of their start. */
export function selfTime(store: TraceStore, node: number, nowUs: number): Interval[] {
  const end = store.stopOr(node, nowUs);
  const parts: Interval[] = [];
  let reached = at(store.start, node);
  let child = at(store.links.firstChild, node);
  while (child !== NONE && reached < end) {
    const start = Math.min(at(store.start, child), end);
    if (start > reached) parts.push({ from: reached, to: start });
    reached = Math.max(reached, store.stopOr(child, nowUs));
    child = at(store.links.next, child);
  }
  if (reached < end) parts.push({ from: reached, to: end });
  return parts;
}
