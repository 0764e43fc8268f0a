/**
 * Runs `run` at most once per interval. The first request runs in a microtask, so that all events
 * of one frame are in; later ones wait for the rest of the interval.
 */
export class Throttle {
  #requested = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly intervalMs: number,
    private readonly run: () => void,
  ) {}

  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    const waitMs = this.#lastMs + this.intervalMs - performance.now();
    if (waitMs <= 0) queueMicrotask(this.flush);
    else this.#timer = setTimeout(this.flush, waitMs);
  }

  /** Run now if something was requested. */
  readonly flush = (): void => {
    if (!this.#requested) return;
    clearTimeout(this.#timer);
    this.#requested = false;
    this.#lastMs = performance.now();
    this.run();
  };
}
