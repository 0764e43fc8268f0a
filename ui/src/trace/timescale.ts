/** Which part of the time is shown, and where a moment falls on it. */
import { Warp } from "./compress";

const EASE_MS = 160;
const LEAST_RANGE_US = 10;

/** A part of the warped time, in microseconds. */
interface Range {
  from: number;
  to: number;
}

/**
 * Changed in place and read by every canvas of a panel, so that zooming, panning and a growing
 * axis never pass through React.
 */
export class TimeScale {
  originUs = 0;
  warp = new Warp();
  #length = 1;
  #zoom: Range | null = null;
  #shown: Range = { from: 0, to: 1 };
  #easeFrom: Range | null = null;
  #easeStartMs = 0;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly reducedMotion: () => boolean = prefersReducedMotion) {}

  /** @param lengthUs real length of the time axis */
  setData(originUs: number, lengthUs: number, warp: Warp): void {
    const length = warp.length(lengthUs);
    const jump = originUs !== this.originUs || this.#length === 1;
    this.originUs = originUs;
    this.warp = warp;
    if (length === this.#length) return;
    this.#length = length;
    if (!this.#zoom) this.#moveTo({ from: 0, to: length }, jump);
  }

  /** Tell `listener` when something has to be drawn again. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get isZoomed(): boolean {
    return this.#zoom !== null;
  }

  /** Position on an axis of `width` pixels of a moment in microseconds since the epoch. */
  x(us: number, width: number): number {
    const { from, to } = this.#shown;
    return ((this.warp.toWarped(us - this.originUs) - from) / (to - from)) * width;
  }

  /** Microseconds since the start of the trace at a share of the axis. */
  timeAt(share: number): number {
    const { from, to } = this.#shown;
    return this.warp.toReal(from + share * (to - from));
  }

  /** The shown part as shares of the whole axis. */
  get window(): Range {
    const { from, to } = this.#zoom ?? { from: 0, to: this.#length };
    return { from: from / this.#length, to: to / this.#length };
  }

  /** Share of the whole axis at which a moment falls. */
  share(us: number): number {
    return this.warp.toWarped(us - this.originUs) / this.#length;
  }

  fit(): void {
    this.#zoom = null;
    this.#moveTo({ from: 0, to: this.#length });
  }

  /** @param factor above 1 comes nearer; @param share the point of the axis that stays in place */
  zoom(factor: number, share: number): void {
    const { from, to } = this.#zoom ?? this.#shown;
    const range = (to - from) / factor;
    const fixed = from + (to - from) * share;
    this.setWindow(
      (fixed - range * share) / this.#length,
      (fixed + range * (1 - share)) / this.#length,
    );
  }

  /** @param share of the shown part to move by; positive looks later */
  pan(share: number): void {
    const { from, to } = this.window;
    const by = (to - from) * share;
    this.setWindow(from + by, to + by);
  }

  /** Show a part of the axis, given as shares; moved inside if it sticks out. */
  setWindow(from: number, to: number): void {
    const range = Math.max(to - from, LEAST_RANGE_US / this.#length);
    if (range >= 0.999) {
      this.fit();
      return;
    }
    const start = Math.min(Math.max(0, from), 1 - range);
    this.#zoom = { from: start * this.#length, to: (start + range) * this.#length };
    this.#moveTo(this.#zoom);
  }

  /** Show a stretch of time in microseconds since the epoch, with some room at both sides. */
  zoomTo(fromUs: number, toUs: number): void {
    const from = this.share(fromUs);
    const to = this.share(toUs);
    const room = Math.max((to - from) * 0.1, LEAST_RANGE_US / this.#length);
    this.setWindow(from - room, to + room);
  }

  /** Advance the easing to `nowMs`; returns whether it goes on. */
  step(nowMs: number): boolean {
    if (!this.#easeFrom) return false;
    const target = this.#zoom ?? { from: 0, to: this.#length };
    const t = Math.min(1, Math.max(0, (nowMs - this.#easeStartMs) / EASE_MS));
    const eased = 1 - (1 - t) ** 3;
    this.#shown = {
      from: this.#easeFrom.from + (target.from - this.#easeFrom.from) * eased,
      to: this.#easeFrom.to + (target.to - this.#easeFrom.to) * eased,
    };
    if (t === 1) this.#easeFrom = null;
    return t < 1;
  }

  #moveTo(target: Range, jump = false): void {
    if (jump || this.reducedMotion()) {
      this.#easeFrom = null;
      this.#shown = target;
    } else {
      this.#easeFrom = this.#shown;
      this.#easeStartMs = performance.now();
    }
    for (const listener of this.#listeners) listener();
  }
}

let reducedMotion: MediaQueryList | undefined;

export function prefersReducedMotion(): boolean {
  reducedMotion ??= window.matchMedia("(prefers-reduced-motion: reduce)");
  return reducedMotion.matches;
}
