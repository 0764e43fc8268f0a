/** What the pointer does in the tree: choosing rows, zooming and panning the time. */
import { type MouseEvent, type PointerEvent, type RefObject, useEffect } from "react";
import type { Columns } from "./columns";
import { isInChevron, isInLane, rowOf } from "./rowElement";
import { isGroup, type RowId } from "./rows";
import type { TraceStore } from "./store";
import type { TimeScale } from "./timescale";

const WHEEL_ZOOM = 0.0022;
/** A shorter way is a click. */
const LEAST_DRAG_PX = 4;

/**
 * Ctrl+wheel and pinch zoom at the pointer, Shift+wheel and sideways wheel pan. The listener is
 * attached by hand, because React's are passive and could not stop the page from zooming.
 */
export function useLaneWheel(
  grid: RefObject<HTMLElement | null>,
  scale: TimeScale,
  { name: left, lane: width }: Columns,
): void {
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) {
        const x = event.clientX - element.getBoundingClientRect().left - left;
        scale.zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), Math.min(1, Math.max(0, x / width)));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        if (!scale.isZoomed) return;
        scale.pan((event.deltaX || event.deltaY) / width);
      } else return;
      event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [grid, scale, left, width]);
}

interface LanePointerOptions {
  store: TraceStore;
  scale: TimeScale;
  /** Width of the lanes in pixels. */
  width: number;
  onRow(row: RowId, inChevron: boolean): void;
}

/** A click chooses a row; in the lanes a double click zooms to the bar, a drag pans. */
export function useLanePointer({ store, scale, width, onRow }: LanePointerOptions) {
  return {
    onClick(event: MouseEvent) {
      const row = rowOf(event.target);
      if (row !== undefined) onRow(row, isInChevron(event.target));
    },
    onDoubleClick(event: MouseEvent) {
      const row = rowOf(event.target);
      if (row === undefined || isGroup(row) || !isInLane(event.target)) return;
      scale.zoomTo(store.view(row).start_us, store.stopOr(row, store.nowUs()));
    },
    onPointerDown(event: PointerEvent<HTMLElement>) {
      const isMouse = event.button === 0 && event.pointerType !== "touch";
      if (isMouse && scale.isZoomed && isInLane(event.target)) startPan(event, scale, width);
    },
  };
}

function startPan(event: PointerEvent<HTMLElement>, scale: TimeScale, width: number): void {
  const element = event.currentTarget;
  const end = new AbortController();
  let last = event.clientX;
  let isDrag = false;
  const onMove = (move: globalThis.PointerEvent) => {
    isDrag ||= Math.abs(move.clientX - event.clientX) > LEAST_DRAG_PX;
    if (!isDrag) return;
    element.setPointerCapture(move.pointerId);
    scale.pan((last - move.clientX) / width);
    last = move.clientX;
  };
  const { signal } = end;
  element.addEventListener("pointermove", onMove, { signal });
  for (const type of ["pointerup", "pointercancel"])
    window.addEventListener(type, () => end.abort(), { signal });
}
