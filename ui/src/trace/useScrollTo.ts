/** Bring a row into sight with as little movement as possible. */
import { type RefObject, useCallback } from "react";

/**
 * Instead of the virtualizer's `scrollToIndex`, which measures the list again and again until it
 * has settled; with rows of one height there is nothing to settle, and that took a tenth of the
 * main thread while following a growing trace.
 *
 * @param height of the visible part, in pixels
 */
export function useScrollTo(
  grid: RefObject<HTMLElement | null>,
  rowHeight: number,
  height: number,
): (row: number) => void {
  return useCallback(
    (row: number) => {
      const element = grid.current;
      if (!element) return;
      const top = row * rowHeight;
      const lowest = top + rowHeight - height;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (element.scrollTop < lowest) element.scrollTop = lowest;
    },
    [grid, rowHeight, height],
  );
}
