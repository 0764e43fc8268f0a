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

/** Call `stop` at the first wheel upwards, touch, key or press of a button of the mouse. */
export function useStopFollowing(ref: RefObject<HTMLElement | null>, stop: () => void): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => event.deltaY < 0 && stop();
    const onKey = ({ key }: KeyboardEvent) => key !== "f" && key !== "Tab" && stop();
    const end = new AbortController();
    const options = { passive: true, signal: end.signal };
    element.addEventListener("wheel", onWheel, options);
    element.addEventListener("touchmove", stop, options);
    element.addEventListener("pointerdown", stop, options);
    element.addEventListener("keydown", onKey, options);
    return () => end.abort();
  }, [ref, stop]);
}
