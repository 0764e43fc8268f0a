/** The tree read once from top to bottom: what every view of a trace is made from. */
import { ARRIVING, at, FIRST_SPAN, type Links, NONE, TOP } from "./links";

/** Spans in reading order. Positions index all four arrays; only the first `count` are valid. */
export interface Outline {
  count: number;
  /** Index of the span in the store. */
  node: Int32Array;
  /** 0 for spans at the top. */
  depth: Int32Array;
  /** Position of the parent, or -1. */
  parent: Int32Array;
  /** Number of spans below. */
  size: Int32Array;
}

export function emptyOutline(): Outline {
  const none = new Int32Array(0);
  return { count: 0, node: none, depth: none, parent: none, size: none };
}

/**
 * Spans that wait for their parent stand below the first span of the top, after its children.
 * Iterative: real traces chain more than a thousand levels.
 *
 * @param capacity upper bound of the number of spans
 */
export function readOutline(links: Links, capacity: number): Outline {
  const outline: Outline = {
    count: 0,
    node: new Int32Array(capacity),
    depth: new Int32Array(capacity),
    parent: new Int32Array(capacity),
    size: new Int32Array(capacity),
  };
  for (const top of links.children(TOP)) {
    const isRoot = outline.count === 0;
    readSubtree(links, outline, top, 0, NONE);
    if (isRoot)
      for (const node of links.children(ARRIVING)) readSubtree(links, outline, node, 1, 0);
  }
  if (outline.count === 0)
    for (const node of links.children(ARRIVING)) readSubtree(links, outline, node, 0, NONE);
  countSizes(outline);
  return outline;
}

/** The outline of the spans that `isShown` takes; the others leave their children to their parents. */
export function lifted(outline: Outline, isShown: (node: number) => boolean): Outline {
  const out: Outline = {
    count: 0,
    node: new Int32Array(outline.count),
    depth: new Int32Array(outline.count),
    parent: new Int32Array(outline.count),
    size: new Int32Array(outline.count),
  };
  /** Per position of `outline`: the position in `out` of the span, or of what it was lifted to. */
  const place = new Int32Array(outline.count);
  for (let i = 0; i < outline.count; i++) {
    const parent = at(outline.parent, i);
    const above = parent === NONE ? NONE : at(place, parent);
    const node = at(outline.node, i);
    if (!isShown(node)) {
      place[i] = above;
      continue;
    }
    const position = out.count++;
    out.node[position] = node;
    out.depth[position] = above === NONE ? 0 : at(out.depth, above) + 1;
    out.parent[position] = above;
    place[i] = position;
  }
  countSizes(out);
  return out;
}

function readSubtree(links: Links, out: Outline, top: number, depth: number, parent: number): void {
  let node = top;
  let level = depth;
  let above = parent;
  for (;;) {
    const position = out.count++;
    out.node[position] = node;
    out.depth[position] = level;
    out.parent[position] = above;
    const child = at(links.firstChild, node);
    if (child !== NONE) {
      above = position;
      level++;
      node = child;
      continue;
    }
    while (level > depth && at(links.next, node) === NONE) {
      node = at(out.node, above);
      above = at(out.parent, above);
      level--;
    }
    if (level === depth) return;
    node = at(links.next, node);
  }
}

function countSizes(out: Outline): void {
  for (let i = out.count - 1; i > 0; i--) {
    const parent = at(out.parent, i);
    if (parent !== NONE) out.size[parent] = at(out.size, parent) + at(out.size, i) + 1;
  }
}

/**
 * One span of every cycle of parents: the one that `compare` puts first. Spans in and below a
 * cycle cannot be reached from the top, so a reader of the tree never runs into one.
 *
 * @param end index after the last span of the store
 */
export function findCycles(
  links: Links,
  outline: Outline,
  end: number,
  compare: (a: number, b: number) => number,
): number[] {
  const seen = new Int32Array(end);
  const REACHED = -1;
  for (let i = 0; i < outline.count; i++) seen[at(outline.node, i)] = REACHED;
  const cuts: number[] = [];
  for (let start = FIRST_SPAN; start < end; start++) {
    if (at(links.parent, start) === NONE) continue;
    let node = start;
    while (node !== NONE && at(seen, node) === 0) {
      seen[node] = start;
      node = at(links.parent, node);
    }
    if (node !== NONE && at(seen, node) === start) cuts.push(firstOfCycle(links, node, compare));
  }
  return cuts;
}

function firstOfCycle(links: Links, member: number, compare: (a: number, b: number) => number) {
  let first = member;
  for (let node = at(links.parent, member); node !== member; node = at(links.parent, node))
    if (compare(node, first) < 0) first = node;
  return first;
}
