/** The whole of a large trace in a few pixels, with the part that is shown marked on it. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useReducer,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { Canvas } from "./Canvas";
import { formatDuration } from "./format";
import { drawMiniMap } from "./miniMapDrawing";
import { beginDrawing, usePainter, useSize } from "./painter";
import { palette } from "./palette";
import type { TraceStore } from "./store";
import type { TimeScale } from "./timescale";

const HEIGHT = 44;
const REDRAW_MS = 500;
/** A shorter drag is a click. */
const LEAST_DRAG = 0.01;

interface MiniMapProps {
  store: TraceStore;
  scale: TimeScale;
}

export function MiniMap({ store, scale }: MiniMapProps) {
  const { t, i18n } = useTranslation("trace");
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useSize(box, (size) => setWidth(size.width));

  const invalidate = usePainter(() => {
    const ctx = beginDrawing(canvas.current, width, HEIGHT);
    if (ctx) drawMiniMap(ctx, { store, scale, width, height: HEIGHT }, palette());
    return false;
  });
  useEffect(() => scale.subscribe(renderAgain), [scale]);
  useEffect(() => {
    const timer = setInterval(() => store.totals.running > 0 && invalidate(), REDRAW_MS);
    return () => clearInterval(timer);
  }, [store, invalidate]);

  const { from, to } = scale.window;
  const shareOf = (clientX: number) => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? Math.min(1, Math.max(0, (clientX - rect.left) / rect.width)) : 0;
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    const handle = event.currentTarget;
    const start = shareOf(event.clientX);
    handle.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) => {
      const end = shareOf(move.clientX);
      if (Math.abs(end - start) > LEAST_DRAG)
        scale.setWindow(Math.min(start, end), Math.max(start, end));
    };
    const onUp = (up: globalThis.PointerEvent) => {
      const isClick = Math.abs(shareOf(up.clientX) - start) <= LEAST_DRAG;
      if (isClick) scale.setWindow(start - (to - from) / 2, start + (to - from) / 2);
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("pointerup", onUp, { once: true });
    handle.addEventListener(
      "lostpointercapture",
      () => handle.removeEventListener("pointermove", onMove),
      { once: true },
    );
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!moveWindow(scale, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="shrink-0 border-b border-line px-3 py-1.5">
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={t("miniMap.label")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(from * 100)}
        aria-valuetext={t("miniMap.value", {
          from: formatDuration(scale.timeAt(0), i18n.language),
          to: formatDuration(scale.timeAt(1), i18n.language),
        })}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onDoubleClick={() => scale.fit()}
        className="relative cursor-crosshair touch-none overflow-hidden rounded-bar"
      >
        <Canvas ref={canvas} width={width} height={HEIGHT} />
        {scale.isZoomed && (
          <>
            <div
              className="absolute inset-y-0 left-0 bg-bg1/75"
              style={{ width: `${from * 100}%` }}
            />
            <div
              className="absolute inset-y-0 right-0 bg-bg1/75"
              style={{ width: `${(1 - to) * 100}%` }}
            />
            <div
              className="absolute inset-y-0 border-x-2 border-accent"
              style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** Arrows pan, plus and minus zoom, Home shows everything. */
function moveWindow(scale: TimeScale, key: string): boolean {
  if (key === "ArrowLeft") scale.pan(-0.2);
  else if (key === "ArrowRight") scale.pan(0.2);
  else if (key === "+" || key === "=") scale.zoom(1.6, 0.5);
  else if (key === "-") scale.zoom(1 / 1.6, 0.5);
  else if (key === "Home" || key === "0") scale.fit();
  else return false;
  return true;
}
