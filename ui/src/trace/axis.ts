/** The time axis: labels in the head of the waterfall, lines and folded gaps behind and over its bars. */
import { tickStep, ticks } from "./domain";
import { formatDuration, formatTick } from "./format";
import type { Palette } from "./palette";
import type { TimeScale } from "./timescale";

const PIXELS_PER_TICK = 68;

interface Mark {
  x: number;
  label: string;
}

function marks(scale: TimeScale, width: number, locale: string): Mark[] {
  const from = scale.timeAt(0);
  const to = scale.timeAt(1);
  const count = Math.max(1, Math.min(6, Math.floor(width / PIXELS_PER_TICK)));
  const step = tickStep(to - from, count);
  return ticks(from, to, count)
    .filter((us) => !scale.warp.gaps.some((gap) => us > gap.from && us < gap.to))
    .map((us) => ({
      x: scale.x(scale.originUs + us, width),
      label: formatTick(us, step, locale),
    }));
}

/** Labels, those at the edges pushed inside, those that would touch left out. */
export function drawAxisLabels(
  ctx: CanvasRenderingContext2D,
  scale: TimeScale,
  width: number,
  height: number,
  colors: Palette,
  locale: string,
): void {
  ctx.font = `12px ${colors.font}`;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colors.text;
  let freeFrom = Number.NEGATIVE_INFINITY;
  for (const { x, label } of marks(scale, width, locale)) {
    const labelWidth = ctx.measureText(label).width;
    const left = Math.max(4, Math.min(x - labelWidth / 2, width - labelWidth - 2));
    if (left < freeFrom) continue;
    ctx.fillText(label, left, height / 2 + 0.5);
    freeFrom = left + labelWidth + 8;
  }
}

export function drawGridLines(
  ctx: CanvasRenderingContext2D,
  scale: TimeScale,
  width: number,
  height: number,
  colors: Palette,
): void {
  ctx.fillStyle = colors.line;
  for (const { x } of marks(scale, width, "en")) ctx.fillRect(Math.round(x), 0, 1, height);
}

/** Folded gaps as jagged breaks across all rows, with their real length at the top. */
export function drawBreaks(
  ctx: CanvasRenderingContext2D,
  scale: TimeScale,
  width: number,
  height: number,
  colors: Palette,
): void {
  for (const gap of scale.warp.gaps) {
    const left = scale.x(scale.originUs + gap.from, width);
    const right = scale.x(scale.originUs + gap.to, width);
    if (right < 0 || left > width) continue;
    ctx.fillStyle = colors.inset;
    ctx.fillRect(left, 0, right - left, height);
    jaggedLine(ctx, left, height, colors.lineStrong);
    jaggedLine(ctx, right, height, colors.lineStrong);
  }
}

/** The real lengths of the folded gaps, in the head. */
export function drawBreakLabels(
  ctx: CanvasRenderingContext2D,
  scale: TimeScale,
  width: number,
  height: number,
  colors: Palette,
  locale: string,
): void {
  ctx.font = `10px ${colors.font}`;
  ctx.textBaseline = "middle";
  for (const gap of scale.warp.gaps) {
    const left = scale.x(scale.originUs + gap.from, width);
    const right = scale.x(scale.originUs + gap.to, width);
    const label = formatDuration(gap.to - gap.from, locale);
    const labelWidth = ctx.measureText(label).width;
    const x = (left + right - labelWidth) / 2;
    ctx.fillStyle = colors.inset;
    ctx.fillRect(Math.min(left, x - 3), 0, Math.max(right - left, labelWidth + 6), height);
    ctx.fillStyle = colors.text;
    ctx.fillText(label, x, height / 2 + 0.5);
  }
}

function jaggedLine(ctx: CanvasRenderingContext2D, x: number, height: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, 0);
  for (let y = 0, side = 1; y <= height; y += 4, side = -side) ctx.lineTo(x + side * 2, y);
  ctx.stroke();
}
