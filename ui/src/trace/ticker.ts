/** A clock that makes components read the time again, only while anybody watches. */
import { useSyncExternalStore } from "react";

class Ticker {
  #count = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly intervalMs: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(this.#tick, this.intervalMs);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly count = (): number => this.#count;

  readonly #tick = (): void => {
    this.#count++;
    for (const listener of this.#listeners) listener();
  };
}

const tenPerSecond = new Ticker(100);
const fourPerSecond = new Ticker(250);
const never = () => () => {};
const zero = () => 0;

/** Render again ten or four times a second while `active`. */
export function useTick(active: boolean, perSecond: 10 | 4): void {
  const ticker = perSecond === 10 ? tenPerSecond : fourPerSecond;
  useSyncExternalStore(active ? ticker.subscribe : never, active ? ticker.count : zero);
}
