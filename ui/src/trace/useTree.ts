/** What is open, what has the focus, and the rows that follow from it. */
import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { at, NONE } from "./links";
import { buildRows, COLLAPSED, isGroup, type RowId, type Rows, spanOf } from "./rows";
import { type Filter, isFiltering, Matcher } from "./search";
import type { TraceStore } from "./store";

export interface Tree {
  rows: Rows;
  /** Spans that match the filter, in reading order; null without a filter. */
  found: Int32Array | null;
  /** The row that is the tab stop. */
  focus: RowId | undefined;
  setFocus(row: RowId): void;
  setOpen(row: RowId, open: boolean): void;
  expandAll(): void;
  /** Close every span that is not at the top. */
  collapseAll(): void;
  /** Open all that hides a span. */
  reveal(node: number): void;
}

export function useStoreVersion(store: TraceStore): number {
  return useSyncExternalStore(store.subscribe, store.getVersion);
}

export function useTree(store: TraceStore, filter: Filter): Tree {
  const version = useStoreVersion(store);
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const [openGroups, setOpenGroups] = useState<ReadonlySet<number>>(new Set());
  const [wanted, setFocus] = useState<RowId>();

  const matcher = useMemo(
    () => (isFiltering(filter) ? new Matcher(store, filter) : null),
    [store, filter],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place, `version` says when
  const matches = useMemo(() => matcher?.matches() ?? null, [matcher, version]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const rows = useMemo(
    () => buildRows(store, { collapsed, openGroups, matches, pinned: wanted }),
    [store, version, collapsed, openGroups, matches, wanted],
  );
  const found = useMemo(() => matches && listFound(store, matches), [store, matches]);
  const focus = useStableFocus(store, rows, wanted);

  const setOpen = useCallback((row: RowId, open: boolean) => {
    if (isGroup(row)) setOpenGroups((groups) => withMember(groups, spanOf(row), open));
    else setCollapsed((spans) => withMember(spans, row, !open));
  }, []);
  const expandAll = useCallback(() => setCollapsed(new Set()), []);
  const collapseAll = useCallback(() => {
    setCollapsed(new Set(innerParents(store)));
    setOpenGroups(new Set());
  }, [store]);
  const reveal = useCallback(
    (node: number) => {
      const above = new Set(ancestors(store, node));
      setCollapsed((spans) => new Set([...spans].filter((span) => !above.has(span))));
    },
    [store],
  );
  return { rows, found, focus, setFocus, setOpen, expandAll, collapseAll, reveal };
}

/** The wanted row, else the nearest ancestor that is shown, else the row that took its place. */
function useStableFocus(store: TraceStore, rows: Rows, wanted: RowId | undefined) {
  const lastRow = useRef(0);
  if (rows.count === 0) return undefined;
  if (wanted !== undefined) {
    for (let node = wanted; node !== NONE; node = at(store.links.parent, spanOf(node))) {
      const row = rows.indexOf(node);
      if (row === NONE) continue;
      lastRow.current = row;
      return at(rows.id, row);
    }
  }
  return at(rows.id, Math.min(lastRow.current, rows.count - 1));
}

function withMember(set: ReadonlySet<number>, member: number, present: boolean): Set<number> {
  const copy = new Set(set);
  if (present) copy.add(member);
  else copy.delete(member);
  return copy;
}

function* innerParents({ outline }: TraceStore): Generator<number> {
  for (let i = 0; i < outline.count; i++)
    if (at(outline.size, i) > 0 && at(outline.depth, i) > 0) yield at(outline.node, i);
}

function* ancestors(store: TraceStore, node: number): Generator<number> {
  for (let up = at(store.links.parent, node); up > 0; up = at(store.links.parent, up)) yield up;
}

function listFound({ outline }: TraceStore, matches: Uint8Array): Int32Array {
  const found = new Int32Array(outline.count);
  let count = 0;
  for (let i = 0; i < outline.count; i++) {
    const node = at(outline.node, i);
    if (matches[node] === 1) found[count++] = node;
  }
  return found.subarray(0, count);
}

/** Rows of the same parent as `row` that can be opened. */
export function closedSiblings(rows: Rows, row: number): RowId[] {
  const closed: RowId[] = [];
  for (let i = 0; i < rows.count; i++)
    if (at(rows.parent, i) === at(rows.parent, row) && at(rows.state, i) === COLLAPSED)
      closed.push(at(rows.id, i));
  return closed;
}
