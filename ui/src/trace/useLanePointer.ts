/** Zooming and panning with the pointer over the bars. */
import { type PointerEvent, type RefObject, useEffect } from "react";
import type { TimeScale } from "./timescale";

const WHEEL_ZOOM = 0.0022;

interface Lanes {
  /** The scrolling element. */
  ref: RefObject<HTMLElement | null>;
  scale: TimeScale;
  /** Where the lanes begin and how wide they are, in pixels from the left of the element. */
  left: number;
  width: number;
}

/**
 * Ctrl+wheel and pinch zoom at the pointer, Shift+wheel and sideways wheel pan. The listener is
 * attached by hand, because React's are passive and could not stop the page from zooming.
 */
export function useLaneWheel({ ref, scale, left, width }: Lanes): void {
  useEffect(() => {
    const element = ref.current;
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
  }, [ref, scale, left, width]);
}

/** Drag the time sideways, once it is zoomed. */
export function startLaneDrag(event: PointerEvent<HTMLElement>, scale: TimeScale, width: number) {
  if (event.button !== 0 || event.pointerType === "touch" || !scale.isZoomed) return;
  const element = event.currentTarget;
  let last = event.clientX;
  const onMove = (move: globalThis.PointerEvent) => {
    scale.pan((last - move.clientX) / width);
    last = move.clientX;
  };
  element.addEventListener("pointermove", onMove);
  const stop = () => element.removeEventListener("pointermove", onMove);
  window.addEventListener("pointerup", stop, { once: true });
  window.addEventListener("pointercancel", stop, { once: true });
}
