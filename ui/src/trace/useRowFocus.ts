/** The one tab stop of the tree, and the DOM's focus on it. */
import {
  type FocusEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useReducer,
  useRef,
} from "react";
import { rowOf } from "./rowElement";
import type { RowId } from "./rows";
import type { Tree } from "./useTree";

export interface RowFocus {
  /** Move the tab stop to a row, scroll there and focus it. */
  goTo(row: RowId): void;
  /** Move the tab stop to a row and scroll there; the focus stays where it is. */
  show(row: RowId): void;
  onFocus(event: FocusEvent): void;
  onBlur(): void;
}

/** @param scrollTo called with the tab stop's row number when it has to come into sight */
export function useRowFocus(
  grid: RefObject<HTMLElement | null>,
  tree: Tree,
  scrollTo: (row: number) => void,
): RowFocus {
  const { rows, focus, setFocus } = tree;
  const pending = useRef<"focus" | "show" | null>(null);
  const focusedElement = useRef<Element | null>(null);
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);

  useLayoutEffect(() => {
    // A row that is filtered out or removed takes the focus with it; React reports no blur then.
    const wasRemoved = focusedElement.current?.isConnected === false;
    const wanted = pending.current;
    if (wanted && focus !== undefined) scrollTo(rows.indexOf(focus));
    if (wanted === "show") pending.current = null;
    if (wanted !== "focus" && !wasRemoved) return;
    const stop = grid.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]');
    if (!stop) return; // not mounted before the list has its size; asked for again then
    pending.current = null;
    focusedElement.current = stop;
    stop.focus({ preventScroll: true });
  });

  const request = useCallback(
    (row: RowId, wanted: "focus" | "show") => {
      pending.current = wanted;
      setFocus(row);
      renderAgain(); // also when it is the tab stop already
    },
    [setFocus],
  );
  return {
    goTo: useCallback((row) => request(row, "focus"), [request]),
    show: useCallback((row) => request(row, "show"), [request]),
    onFocus: (event) => {
      focusedElement.current = event.target;
      const row = rowOf(event.target);
      if (row !== undefined && row !== focus) setFocus(row);
    },
    onBlur: () => {
      focusedElement.current = null;
    },
  };
}
