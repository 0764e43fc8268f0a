/** Draws a canvas in animation frames: once per change, and again while something moves or grows. */
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { onThemeChange } from "./palette";

/** @returns whether the next frame has to be drawn as well; `"soon"` if every other one will do */
export type Draw = (frameMs: number) => boolean | "soon";

/** With the wait for the frame after it, every other frame of most screens. */
const SOON_MS = 25;

class Painter {
  draw: Draw = () => false;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly invalidate = (): void => {
    clearTimeout(this.#timer);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#paint);
  };

  stop(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  readonly #paint = (frameMs: number): void => {
    this.#frame = 0;
    const again = this.draw(frameMs);
    if (again === "soon") this.#timer = setTimeout(this.invalidate, SOON_MS);
    else if (again) this.invalidate();
  };
}

/** Calls `draw` after every render of the component, on a change of theme and when told to. */
export function usePainter(draw: Draw): () => void {
  const painter = useMemo(() => new Painter(), []);
  // Before the browser paints: a canvas that was moved must not show its old picture.
  useLayoutEffect(() => {
    painter.draw = draw;
    painter.invalidate();
  });
  useEffect(() => {
    const stopListening = onThemeChange(painter.invalidate);
    return () => {
      stopListening();
      painter.stop();
    };
  }, [painter]);
  return painter.invalidate;
}

/** Size the canvas in device pixels, clear it, and return its context in CSS pixels. */
export function beginDrawing(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const context = canvas?.getContext("2d");
  if (!canvas || !context || width < 1 || height < 1) return null;
  const ratio = window.devicePixelRatio;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(pixelWidth / width, 0, 0, pixelHeight / height, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export interface Size {
  width: number;
  height: number;
}

/** Call `onSize` now and whenever the element's content box changes. */
export function useSize(ref: RefObject<HTMLElement | null>, onSize: (size: Size) => void): void {
  const latest = useRef(onSize);
  latest.current = onSize;
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      latest.current({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
}
