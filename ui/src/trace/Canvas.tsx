import type { CSSProperties, RefObject } from "react";

interface CanvasProps {
  ref: RefObject<HTMLCanvasElement | null>;
  /** In CSS pixels. */
  width: number;
  height: number;
  className?: string;
  style?: CSSProperties;
}

/** A drawing that says nothing which is not also said in words. Time runs left to right always. */
export function Canvas({ ref, width, height, className, style }: CanvasProps) {
  return (
    <div aria-hidden="true" dir="ltr" className={className} style={{ ...style, width, height }}>
      <canvas ref={ref} className="block size-full" />
    </div>
  );
}
