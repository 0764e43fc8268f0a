/** Where a turn went wrong. */
import type { TraceStore } from "./store";

/**
 * The innermost span that failed with the same words as the turn, which is where its error was
 * raised: a call that failed and was tried again with success is not the reason.
 *
 * @param rootId id of the turn's span; the answer if its children are not known
 */
export function failingSpan(store: TraceStore, rootId: string): string {
  const root = store.indexOf(rootId);
  if (root === undefined || !store.isError(root)) return rootId;
  const reason = store.view(root).status_message;
  let failing = root;
  for (let next: number | undefined = root; next !== undefined; ) {
    failing = next;
    next = [...store.links.children(failing)].findLast(
      (child) => store.isError(child) && store.view(child).status_message === reason,
    );
  }
  return store.view(failing).span_id;
}
