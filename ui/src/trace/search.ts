/** Which spans a search and the header's switches let through. */
import { LLM, TOOL } from "./kinds";
import { at } from "./links";
import type { TraceStore } from "./store";

export interface Filter {
  /** Words that must all occur, in any order and case. */
  text: string;
  onlyErrors: boolean;
  /** Only calls of models and tools. */
  onlyCalls: boolean;
}

export const NO_FILTER: Filter = { text: "", onlyErrors: false, onlyCalls: false };

export function isFiltering(filter: Filter): boolean {
  return filter.text.trim() !== "" || filter.onlyErrors || filter.onlyCalls;
}

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Remembers its answers, because a trace of 20,000 spans is asked again ten times a second. */
export class Matcher {
  readonly #words: string[];
  #answers = new Uint8Array(0);
  #revs = new Uint32Array(0);

  constructor(
    private readonly store: TraceStore,
    private readonly filter: Filter,
  ) {
    this.#words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  /** 1 for every span that matches, indexed by span. */
  matches(): Uint8Array {
    this.#grow(this.store.end);
    const matches = new Uint8Array(this.store.end);
    const { outline } = this.store;
    for (let i = 0; i < outline.count; i++) {
      const node = at(outline.node, i);
      matches[node] = this.#answer(node) === YES ? 1 : 0;
    }
    return matches;
  }

  #answer(node: number): number {
    const rev = at(this.store.rev, node);
    if (at(this.#answers, node) === UNKNOWN || at(this.#revs, node) !== rev) {
      this.#answers[node] = this.#matchesNow(node) ? YES : NO;
      this.#revs[node] = rev;
    }
    return at(this.#answers, node);
  }

  #matchesNow(node: number): boolean {
    const { store, filter } = this;
    if (filter.onlyErrors && !store.isError(node)) return false;
    const kind = at(store.kind, node);
    if (filter.onlyCalls && kind !== LLM && kind !== TOOL) return false;
    if (this.#words.length === 0) return true;
    const view = store.view(node);
    const text =
      `${view.name}\n${view.kind}\n${view.status}\n${view.model}\n${view.status_message}\n${view.input_preview}\n${view.output_preview}`.toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  #grow(size: number): void {
    if (size <= this.#answers.length) return;
    const capacity = Math.max(size, this.#answers.length * 2);
    const answers = new Uint8Array(capacity);
    answers.set(this.#answers);
    this.#answers = answers;
    const revs = new Uint32Array(capacity);
    revs.set(this.#revs);
    this.#revs = revs;
  }
}
