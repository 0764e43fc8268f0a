/** Keep the newest span in sight, until somebody looks elsewhere. */
import { type RefObject, useEffect, useRef } from "react";

export function useFollow(
  following: boolean,
  newestRow: number,
  rowCount: number,
  scrollTo: (row: number) => void,
): void {
  const count = useRef(rowCount);
  useEffect(() => {
    const grew = rowCount > count.current;
    count.current = rowCount;
    if (following && grew && newestRow >= 0) scrollTo(newestRow);
  }, [following, newestRow, rowCount, scrollTo]);
}

/** Call `stop` at the first wheel upwards, touch or drag of the scroll bar. */
export function useStopFollowing(ref: RefObject<HTMLElement | null>, stop: () => void): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => event.deltaY < 0 && stop();
    element.addEventListener("wheel", onWheel, { passive: true });
    element.addEventListener("touchmove", stop, { passive: true });
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("touchmove", stop);
    };
  }, [ref, stop]);
}
