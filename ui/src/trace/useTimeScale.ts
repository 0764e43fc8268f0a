/** The time scale of a store, kept up to date. */
import { useCallback, useMemo, useRef } from "react";
import { findGaps, foldGaps, Warp } from "./compress";
import { axisLength } from "./domain";
import type { TraceStore } from "./store";
import { TimeScale } from "./timescale";

const FOLDED_PX = 28;

export interface LiveTimeScale {
  scale: TimeScale;
  /** Brings the scale up to the present. Cheap if nothing has changed. */
  update(): void;
  /** The lanes have become so many pixels wide. */
  setWidth(width: number): void;
}

export function useTimeScale(store: TraceStore, compress: boolean): LiveTimeScale {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another trace gets another scale
  const scale = useMemo(() => new TimeScale(), [store]);
  const width = useRef(0);
  const warp = useRef({ warp: new Warp(), key: "" });

  const update = useCallback(() => {
    const { firstUs, lastUs, running, spans } = store.totals;
    if (spans === 0) return;
    const nowUs = running > 0 ? store.nowUs() : lastUs;
    const length = axisLength(nowUs - firstUs, running > 0);
    const key = compress ? `${store.version} ${length} ${width.current}` : "";
    if (key !== warp.current.key) {
      const gaps = compress ? findGaps(store, firstUs, length, nowUs) : [];
      warp.current = { warp: foldGaps(gaps, length, width.current, FOLDED_PX), key };
    }
    scale.setData(firstUs, length, warp.current.warp);
  }, [store, scale, compress]);

  const setWidth = useCallback(
    (next: number) => {
      width.current = next;
      update();
    },
    [update],
  );
  return useMemo(() => ({ scale, update, setWidth }), [scale, update, setWidth]);
}
