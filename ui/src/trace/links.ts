/**
 * The tree of a trace as integers: first child, next and previous sibling in typed arrays.
 *
 * Two nodes are no spans: TOP holds the spans without a parent, ARRIVING those whose parent has
 * not been seen. Children are kept in the order of their start; a list that got out of order is
 * sorted by `sort()`, so that a shuffled trace does not cost a search per span.
 */
export const NONE = -1;
export const TOP = 0;
export const ARRIVING = 1;
export const FIRST_SPAN = 2;

export type Compare = (a: number, b: number) => number;

export class Links {
  parent: Int32Array;
  firstChild: Int32Array;
  lastChild: Int32Array;
  next: Int32Array;
  previous: Int32Array;
  readonly #unsorted = new Set<number>();

  constructor(
    capacity: number,
    private readonly compare: Compare,
  ) {
    this.parent = new Int32Array(capacity).fill(NONE);
    this.firstChild = new Int32Array(capacity).fill(NONE);
    this.lastChild = new Int32Array(capacity).fill(NONE);
    this.next = new Int32Array(capacity).fill(NONE);
    this.previous = new Int32Array(capacity).fill(NONE);
  }

  grow(capacity: number): void {
    this.parent = grown(this.parent, capacity);
    this.firstChild = grown(this.firstChild, capacity);
    this.lastChild = grown(this.lastChild, capacity);
    this.next = grown(this.next, capacity);
    this.previous = grown(this.previous, capacity);
  }

  /** Make `node` the last child of `parent`. It must not have a parent. */
  attach(node: number, parent: number): void {
    const last = at(this.lastChild, parent);
    this.parent[node] = parent;
    this.previous[node] = last;
    this.next[node] = NONE;
    this.lastChild[parent] = node;
    if (last === NONE) this.firstChild[parent] = node;
    else {
      this.next[last] = node;
      if (this.compare(last, node) > 0) this.#unsorted.add(parent);
    }
  }

  detach(node: number): void {
    const parent = at(this.parent, node);
    if (parent === NONE) return;
    const next = at(this.next, node);
    const previous = at(this.previous, node);
    if (previous === NONE) this.firstChild[parent] = next;
    else this.next[previous] = next;
    if (next === NONE) this.lastChild[parent] = previous;
    else this.previous[next] = previous;
    this.parent[node] = NONE;
    this.next[node] = NONE;
    this.previous[node] = NONE;
  }

  /** The order of `node` among its siblings may have changed. */
  touch(node: number): void {
    const parent = at(this.parent, node);
    if (parent !== NONE) this.#unsorted.add(parent);
  }

  *children(node: number): Generator<number> {
    for (let child = at(this.firstChild, node); child !== NONE; child = at(this.next, child))
      yield child;
  }

  /** Put every list of children in order that a change has disturbed. */
  sort(): void {
    for (const parent of this.#unsorted) {
      const sorted = [...this.children(parent)].sort(this.compare);
      this.firstChild[parent] = NONE;
      this.lastChild[parent] = NONE;
      for (const child of sorted) this.attach(child, parent);
    }
    this.#unsorted.clear();
  }
}

/** The entry of a typed array at an index that the caller knows to be inside it. */
export function at(array: Int32Array | Float64Array | Uint8Array | Uint32Array, i: number): number {
  return array[i] as number;
}

function grown(old: Int32Array, capacity: number): Int32Array {
  const array = new Int32Array(capacity).fill(NONE);
  array.set(old);
  return array;
}
