/** The drawing behind the rows: grid lines, bars and folded gaps. */
import { useLayoutEffect, useRef } from "react";
import { drawBreaks, drawGridLines } from "./axis";
import { Canvas } from "./Canvas";
import { drawLanes, type LaneView } from "./lanes";
import { beginDrawing, usePainter } from "./painter";
import { palette } from "./palette";
import { prefersReducedMotion } from "./timescale";
import type { LiveTimeScale } from "./useTimeScale";

const BREATH_MS = 1200;

interface LaneCanvasProps extends Omit<LaneView, "scale" | "nowUs" | "breath"> {
  time: LiveTimeScale;
  /** Pixels from the beginning of the rows. */
  left: number;
  /** Not behind another tab or page. */
  visible: boolean;
}

/** As high as the rows that are mounted and moving with them, so that scrolling draws nothing. */
export function LaneCanvas({ time, left, visible, ...view }: LaneCanvasProps) {
  const { store, width, rowHeight, firstRow, endRow } = view;
  const { scale } = time;
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.max(0, endRow - firstRow) * rowHeight;
  const invalidate = usePainter((frameMs) => {
    if (!visible) return false;
    time.update();
    const isMoving = scale.step(frameMs);
    const ctx = beginDrawing(canvas.current, width, height);
    if (!ctx) return false;
    const colors = palette();
    drawGridLines(ctx, scale, width, height, colors);
    const nowUs = store.nowUs();
    drawLanes(ctx, { ...view, scale, nowUs, breath: breathAt(frameMs) }, colors);
    drawBreaks(ctx, scale, width, height, colors);
    // Bars that grow move by less than a pixel from frame to frame.
    return isMoving || (store.totals.running > 0 && "soon");
  });
  useLayoutEffect(() => scale.subscribe(invalidate), [scale, invalidate]);
  return (
    <Canvas
      ref={canvas}
      width={width}
      height={height}
      className="pointer-events-none absolute"
      style={{ top: firstRow * rowHeight, insetInlineStart: left }}
    />
  );
}

function breathAt(frameMs: number): number {
  if (prefersReducedMotion()) return 1;
  return 0.5 + 0.5 * Math.cos((frameMs / BREATH_MS) * 2 * Math.PI);
}
