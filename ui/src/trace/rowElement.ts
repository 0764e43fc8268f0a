/** From the DOM back to rows: one listener on the grid serves them all. */
import type { RowId } from "./rows";

export function rowOf(target: EventTarget): RowId | undefined {
  const row = (target as Element).closest<HTMLElement>("[data-row]")?.dataset.row;
  return row === undefined ? undefined : Number(row);
}

export function isInLane(target: EventTarget): boolean {
  return (target as Element).closest("[data-lane]") !== null;
}

export function isInChevron(target: EventTarget): boolean {
  return (target as Element).closest("[data-chevron]") !== null;
}
