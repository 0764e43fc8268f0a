/**
 * Text of an open span that arrives in pieces. Pieces may come twice, overlap or come too early;
 * offsets say where they belong.
 */
export class LiveText {
  #parts: string[] = [];
  #length = 0;
  #early = new Map<number, string>();

  get length(): number {
    return this.#length;
  }

  append(offset: number, text: string): void {
    if (offset > this.#length) {
      const known = this.#early.get(offset);
      if (known === undefined || known.length < text.length) this.#early.set(offset, text);
      return;
    }
    this.#take(offset, text);
    this.#takeEarly();
  }

  toString(): string {
    if (this.#parts.length > 1) this.#parts = [this.#parts.join("")];
    return this.#parts[0] ?? "";
  }

  #take(offset: number, text: string): void {
    const fresh = text.slice(this.#length - offset);
    if (fresh === "") return;
    this.#parts.push(fresh);
    this.#length += fresh.length;
  }

  #takeEarly(): void {
    if (this.#early.size === 0) return;
    for (const [offset, text] of [...this.#early].sort((a, b) => a[0] - b[0])) {
      if (offset > this.#length) return;
      this.#early.delete(offset);
      this.#take(offset, text);
    }
  }
}
