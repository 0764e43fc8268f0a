/** The visible rows of the tree: the outline without what is collapsed, filtered out or grouped. */
import { at, NONE } from "./links";
import type { Outline } from "./outline";
import type { TraceStore } from "./store";

/** More like siblings in a row than this are shown as one row. */
export const MAX_LIKE_SIBLINGS = 20;

export const LEAF = 0;
export const COLLAPSED = 1;
export const EXPANDED = 2;

/** A row for a run of like siblings is identified by the first of them. */
export type RowId = number;

export function groupRow(first: number): RowId {
  return ~first;
}

export function isGroup(row: RowId): boolean {
  return row < 0;
}

/** The span of a row; of a group, its first span. */
export function spanOf(row: RowId): number {
  return row < 0 ? ~row : row;
}

/** Only the first `count` entries are valid. */
export interface Rows {
  count: number;
  id: Int32Array;
  /** 1 at the top, as in `aria-level`. */
  level: Int32Array;
  /** Row of the parent, or -1. */
  parent: Int32Array;
  /** 1 for the first of its siblings, as in `aria-posinset`. */
  position: Int32Array;
  children: Int32Array;
  /** LEAF, COLLAPSED or EXPANDED. */
  state: Uint8Array;
  /** Spans that the row hides. */
  hidden: Int32Array;
  /** 1 if one of the hidden spans failed. */
  hiddenError: Uint8Array;
  /** Number of rows at the top. */
  tops: number;
  /** Row of a span or group, or -1. */
  indexOf(id: RowId): number;
}

export interface RowOptions {
  collapsed: ReadonlySet<number>;
  /** First spans of groups that are open. */
  openGroups: ReadonlySet<number>;
  /** 1 for spans to show, indexed by span; their ancestors come along, nothing is collapsed. */
  matches: Uint8Array | null;
  /** Row that must not vanish into a group while it has the focus. */
  pinned: RowId | undefined;
}

export function buildRows(store: TraceStore, options: RowOptions): Rows {
  return new RowBuilder(store, options).build();
}

/** Rows at most: every span, and a group for each run of more than 20. */
function capacityFor(outline: Outline): number {
  return outline.count + Math.ceil(outline.count / MAX_LIKE_SIBLINGS);
}

class RowBuilder {
  readonly #outline: Outline;
  readonly #rows: Rows;
  /** Row of each position of the outline, or -1. */
  readonly #rowAt: Int32Array;
  /** 1 where the span or one below it failed. */
  readonly #failed: Uint8Array;
  readonly #kept: Uint8Array | null;
  readonly #rowOfSpan: Int32Array;
  readonly #rowOfGroup = new Map<number, number>();
  /** Runs of siblings by depth: where the one that was looked at last ends, and its group row. */
  readonly #runEnd: number[] = [];
  readonly #runRow: number[] = [];

  constructor(
    private readonly store: TraceStore,
    private readonly options: RowOptions,
  ) {
    this.#outline = store.outline;
    this.#rowOfSpan = new Int32Array(store.end).fill(NONE);
    this.#rows = emptyRows(capacityFor(this.#outline), (id) =>
      isGroup(id) ? (this.#rowOfGroup.get(spanOf(id)) ?? NONE) : (this.#rowOfSpan[id] ?? NONE),
    );
    this.#rowAt = new Int32Array(this.#outline.count).fill(NONE);
    this.#failed = bubble(this.#outline, (node) => store.isError(node));
    const { matches } = options;
    this.#kept = matches && bubble(this.#outline, (node) => matches[node] === 1);
  }

  build(): Rows {
    const { count, size } = this.#outline;
    for (let i = 0; i < count; ) {
      if (this.#kept && this.#kept[i] === 0) i += at(size, i) + 1;
      else i = this.#emitFrom(i);
    }
    return this.#rows;
  }

  /** Add the row for the span at position `i`; returns the position of the next one to show. */
  #emitFrom(i: number): number {
    const { node, depth, size } = this.#outline;
    const level = at(depth, i);
    if (!this.#kept && i >= (this.#runEnd[level] ?? 0)) this.#startRun(i, level);
    const group = i < (this.#runEnd[level] ?? 0) ? (this.#runRow[level] ?? NONE) : NONE;
    if (group !== NONE && at(this.#rows.state, group) === COLLAPSED)
      return this.#runEnd[level] ?? i;

    const span = at(node, i);
    const below = at(size, i);
    const collapsed = below > 0 && !this.#kept && this.options.collapsed.has(span);
    const row = this.#add(span, group === NONE ? this.#parentRow(i) : group);
    this.#rowAt[i] = row;
    this.#rows.state[row] = below === 0 ? LEAF : collapsed ? COLLAPSED : EXPANDED;
    if (!collapsed) return i + 1;
    this.#rows.hidden[row] = below;
    this.#rows.hiddenError[row] = this.#failedBetween(i + 1, i + below + 1);
    return i + below + 1;
  }

  /** Look at the run of like siblings without children that begins at `i`. */
  #startRun(i: number, level: number): void {
    const end = this.#endOfRun(i);
    this.#runEnd[level] = end;
    this.#runRow[level] = end - i > MAX_LIKE_SIBLINGS ? this.#addGroup(i, end) : NONE;
  }

  #endOfRun(i: number): number {
    const { node, parent, size, count } = this.#outline;
    const { likeness } = this.store;
    const like = at(likeness, at(node, i));
    let end = i;
    while (
      end < count &&
      at(size, end) === 0 &&
      at(parent, end) === at(parent, i) &&
      at(likeness, at(node, end)) === like
    )
      end++;
    return Math.max(end, i + 1);
  }

  #addGroup(i: number, end: number): number {
    const first = at(this.#outline.node, i);
    const row = this.#add(groupRow(first), this.#parentRow(i));
    const open = this.options.openGroups.has(first) || this.#holdsPinned(i, end);
    this.#rows.state[row] = open ? EXPANDED : COLLAPSED;
    this.#rows.hidden[row] = end - i;
    this.#rows.hiddenError[row] = this.#failedBetween(i, end);
    return row;
  }

  #holdsPinned(i: number, end: number): boolean {
    const { pinned } = this.options;
    if (pinned === undefined || isGroup(pinned)) return false;
    for (let k = i; k < end; k++) if (at(this.#outline.node, k) === pinned) return true;
    return false;
  }

  #parentRow(i: number): number {
    const parent = at(this.#outline.parent, i);
    return parent === NONE ? NONE : at(this.#rowAt, parent);
  }

  #failedBetween(from: number, to: number): number {
    for (let i = from; i < to; i++) if (this.#failed[i] === 1) return 1;
    return 0;
  }

  #add(id: RowId, parent: number): number {
    const rows = this.#rows;
    const row = rows.count++;
    rows.id[row] = id;
    rows.parent[row] = parent;
    rows.level[row] = parent === NONE ? 1 : at(rows.level, parent) + 1;
    if (parent === NONE) rows.position[row] = ++rows.tops;
    else {
      rows.children[parent] = at(rows.children, parent) + 1;
      rows.position[row] = at(rows.children, parent);
    }
    if (isGroup(id)) this.#rowOfGroup.set(spanOf(id), row);
    else this.#rowOfSpan[id] = row;
    return row;
  }
}

function emptyRows(capacity: number, indexOf: (id: RowId) => number): Rows {
  return {
    count: 0,
    id: new Int32Array(capacity),
    level: new Int32Array(capacity),
    parent: new Int32Array(capacity),
    position: new Int32Array(capacity),
    children: new Int32Array(capacity),
    state: new Uint8Array(capacity),
    hidden: new Int32Array(capacity),
    hiddenError: new Uint8Array(capacity),
    tops: 0,
    indexOf,
  };
}

/** 1 for every position whose span, or a span below it, has the property. */
function bubble(outline: Outline, has: (node: number) => boolean): Uint8Array {
  const marked = new Uint8Array(outline.count);
  for (let i = outline.count - 1; i >= 0; i--) {
    if (has(at(outline.node, i))) marked[i] = 1;
    const parent = at(outline.parent, i);
    if (marked[i] === 1 && parent !== NONE) marked[parent] = 1;
  }
  return marked;
}
