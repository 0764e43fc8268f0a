/** How often people are shown new text; 20 times a second reads as a steady stream. */
const FLUSH_MS = 50;

/**
 * Text that grows while it streams.
 *
 * `text` is exact at every moment; readers that subscribe see it at most every 50 ms, so that a
 * fast stream costs a bounded number of renders.
 */
export class TextBuffer {
  #text: string;
  #shown: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(text = "") {
    this.#text = text;
    this.#shown = text;
  }

  get text(): string {
    return this.#text;
  }

  /** The text as of the last flush; for `useSyncExternalStore`. */
  readonly shown = (): string => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Add `text` that starts at `offset` (UTF-16 code units). What is known already is skipped.
   *
   * @returns false if text before `offset` is missing; nothing is added then.
   */
  append(text: string, offset: number): boolean {
    const missing = offset - this.#text.length;
    if (missing > 0) return false;
    if (text.length + missing > 0) {
      this.#text += text.slice(-missing);
      this.#timer ??= setTimeout(this.flush, FLUSH_MS);
    }
    return true;
  }

  /** Put `text` in the place of everything known, and show it now. */
  replace(text: string): void {
    this.#text = text;
    this.flush();
  }

  /** Show now what would be shown within 50 ms. */
  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#shown === this.#text) return;
    this.#shown = this.#text;
    for (const listener of this.#listeners) listener();
  };
}
