/** What a running trace is doing, as long as it is one thing. */
import { at } from "./links";
import type { TraceStore } from "./store";
import type { SpanView } from "./types";

/**
 * The running span that has no running child, if there is just one. A message that is being sent
 * beside it says nothing of its own: it shows what the model writes.
 */
export function phaseOf(store: TraceStore): SpanView | null {
  const { outline } = store;
  const isBusyBelow = new Uint8Array(outline.count);
  let leaf: SpanView | null = null;
  for (let i = outline.count - 1; i >= 0; i--) {
    const node = at(outline.node, i);
    if (!store.isRunning(node)) continue;
    const parent = at(outline.parent, i);
    const view = store.view(node);
    if (view.kind === "message") continue;
    if (parent >= 0) isBusyBelow[parent] = 1;
    if (isBusyBelow[i] === 1) continue;
    if (leaf) return null;
    leaf = view;
  }
  return leaf;
}
