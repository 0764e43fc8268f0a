/** How one bar of the waterfall is drawn, by status. */
import { ABANDONED, CANCELLED, ERROR, RUNNING } from "./kinds";
import type { Palette } from "./palette";

export const BAR_HEIGHT = 12;
const LEAST_WIDTH = 3;
const RADIUS = 3;
const HATCH_DISTANCE = 4;

export interface BarShape {
  x: number;
  /** Upper edge. */
  y: number;
  width: number;
  status: number;
  color: string;
  /** Width of the hatched head, which is the time to the first token. */
  head: number;
  /** Pixels at which events stand. */
  ticks: readonly number[];
  /** 0 to 1: the breath of the live line. */
  breath: number;
}

export function drawBar(ctx: CanvasRenderingContext2D, bar: BarShape, colors: Palette): void {
  const width = Math.max(LEAST_WIDTH, bar.width);
  if (bar.status === CANCELLED) drawOutline(ctx, bar, width);
  else if (bar.status === RUNNING) drawRunning(ctx, bar, width, colors);
  else if (bar.status === ERROR) drawFailed(ctx, bar, width, colors);
  else if (bar.status === ABANDONED) drawAbandoned(ctx, bar, width);
  else fillBar(ctx, bar, width, bar.color);
  if (bar.head > 2 && bar.status !== CANCELLED) hatch(ctx, bar, Math.min(bar.head, width), colors);
  drawTicks(ctx, bar, colors);
}

function fillBar(
  ctx: CanvasRenderingContext2D,
  { x, y }: BarShape,
  width: number,
  fill: string | CanvasGradient,
): void {
  ctx.fillStyle = fill;
  ctx.beginPath();
  ctx.roundRect(x, y, width, BAR_HEIGHT, Math.min(RADIUS, width / 2));
  ctx.fill();
}

function drawOutline(
  ctx: CanvasRenderingContext2D,
  { x, y, color }: BarShape,
  width: number,
): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.roundRect(x + 0.75, y + 0.75, Math.max(1.5, width - 1.5), BAR_HEIGHT - 1.5, RADIUS);
  ctx.stroke();
}

function drawRunning(
  ctx: CanvasRenderingContext2D,
  bar: BarShape,
  width: number,
  colors: Palette,
): void {
  const solid = ctx.globalAlpha;
  const fade = ctx.createLinearGradient(bar.x, 0, bar.x + width, 0);
  fade.addColorStop(0, bar.color);
  fade.addColorStop(0.45, bar.color);
  fade.addColorStop(1, `color-mix(in srgb, ${bar.color} 45%, ${colors.surface})`);
  fillBar(ctx, bar, width, fade);
  ctx.globalAlpha = solid * (0.55 + 0.45 * bar.breath);
  ctx.fillStyle = colors.live;
  ctx.fillRect(bar.x + width - 1, bar.y - 2, 2, BAR_HEIGHT + 4);
  ctx.globalAlpha = solid;
}

/** Red, with a notch in its end, so that it is told from the others without colour. */
function drawFailed(
  ctx: CanvasRenderingContext2D,
  bar: BarShape,
  width: number,
  colors: Palette,
): void {
  fillBar(ctx, bar, width, colors.error);
  if (width < 8) return;
  ctx.fillStyle = colors.surface;
  ctx.beginPath();
  ctx.moveTo(bar.x + width - 7, bar.y);
  ctx.lineTo(bar.x + width - 1, bar.y);
  ctx.lineTo(bar.x + width - 4, bar.y + 4);
  ctx.closePath();
  ctx.fill();
}

/** Solid up to the last sign of life, then dots: nobody saw the end. */
function drawAbandoned(ctx: CanvasRenderingContext2D, bar: BarShape, width: number): void {
  const solid = ctx.globalAlpha;
  ctx.globalAlpha = solid * 0.55;
  fillBar(ctx, bar, width, bar.color);
  ctx.globalAlpha = solid;
  ctx.fillStyle = bar.color;
  for (let i = 0; i < 4; i++) ctx.fillRect(bar.x + width + 3 + i * 5, bar.y + 5, 2, 2);
}

function hatch(
  ctx: CanvasRenderingContext2D,
  { x, y }: BarShape,
  width: number,
  colors: Palette,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(x, y, width, BAR_HEIGHT, [RADIUS, 0, 0, RADIUS]);
  ctx.clip();
  ctx.strokeStyle = colors.onBar;
  ctx.globalAlpha *= 0.75;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  for (let at = x - BAR_HEIGHT + 2; at < x + width; at += HATCH_DISTANCE) {
    ctx.moveTo(at, y + BAR_HEIGHT);
    ctx.lineTo(at + BAR_HEIGHT, y);
  }
  ctx.stroke();
  ctx.restore();
}

function drawTicks(ctx: CanvasRenderingContext2D, bar: BarShape, colors: Palette): void {
  ctx.fillStyle = colors.onBar;
  for (const x of bar.ticks) ctx.fillRect(x - 0.5, bar.y + 1, 1, BAR_HEIGHT - 2);
}
