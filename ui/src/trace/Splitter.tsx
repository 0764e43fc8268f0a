/** A draggable border between two areas, which also obeys the arrow keys. */
import { clsx } from "clsx";
import type { CSSProperties, KeyboardEvent, PointerEvent } from "react";

export interface SplitterProps {
  label: string;
  /** `vertical` is an upright line between left and right. */
  orientation: "vertical" | "horizontal";
  /** Share of the first area in percent. */
  value: number;
  min: number;
  max: number;
  onChange(value: number): void;
  /** Length in pixels of what is split, read when a drag begins. */
  length(): number;
  className?: string;
  style?: CSSProperties;
}

const STEP = 2;

export function Splitter(props: SplitterProps) {
  const { orientation, value, min, max, onChange } = props;
  const isVertical = orientation === "vertical";

  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      [isVertical ? "ArrowLeft" : "ArrowUp"]: value - STEP,
      [isVertical ? "ArrowRight" : "ArrowDown"]: value + STEP,
      Home: min,
      End: max,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(clamp(next, min, max));
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    const from = isVertical ? event.clientX : event.clientY;
    const length = props.length();
    handle.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) => {
      const moved = (isVertical ? move.clientX : move.clientY) - from;
      onChange(clamp(value + (moved / length) * 100, min, max));
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener(
      "lostpointercapture",
      () => handle.removeEventListener("pointermove", onMove),
      { once: true },
    );
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot have a value
    <div
      role="separator"
      aria-label={props.label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      style={props.style}
      className={clsx(
        "group/splitter touch-none",
        isVertical ? "w-2 cursor-col-resize" : "h-2 cursor-row-resize",
        props.className,
      )}
    >
      <div
        className={clsx(
          "bg-transparent transition-colors duration-(--motion-hover) group-hover/splitter:bg-line-strong group-focus-visible/splitter:bg-accent",
          isVertical ? "mx-auto h-full w-0.5" : "my-[3px] h-0.5 w-full",
        )}
      />
    </div>
  );
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
