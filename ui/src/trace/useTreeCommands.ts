/** What the keys of the tree do. */
import { type KeyboardEvent, useCallback } from "react";
import { LLM } from "./kinds";
import { at, NONE } from "./links";
import { COLLAPSED, EXPANDED, isGroup, LEAF, type RowId, spanOf } from "./rows";
import type { TraceStore } from "./store";
import type { TimeScale } from "./timescale";
import { type TreeCommand, treeCommand } from "./treeKeys";
import { closedSiblings, type Tree } from "./useTree";

export interface TreeActions {
  store: TraceStore;
  tree: Tree;
  scale: TimeScale;
  /** Move the focus to a row, and the DOM's with it. */
  goTo(row: RowId): void;
  select(row: RowId): void;
  /** Close the detail; returns whether there was one. */
  leave(): boolean;
  focusSearch(): void;
  toggleFollow(): void;
  /** Rows on a screen. */
  pageSize(): number;
}

const ZOOM = 1.6;
const PAN = 0.2;

export function useTreeCommands(actions: TreeActions): (event: KeyboardEvent) => void {
  return useCallback(
    (event: KeyboardEvent) => {
      const command = treeCommand(event);
      if (!command || !runCommand(command, actions)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    [actions],
  );
}

/** Returns whether the command meant anything, so that the key goes no further. */
function runCommand(command: TreeCommand, actions: TreeActions): boolean {
  const { tree, scale } = actions;
  switch (command) {
    case "search":
      actions.focusSearch();
      return true;
    case "follow":
      actions.toggleFollow();
      return true;
    case "fit":
      scale.fit();
      return true;
    case "zoomIn":
      scale.zoom(ZOOM, 0.5);
      return true;
    case "zoomOut":
      scale.zoom(1 / ZOOM, 0.5);
      return true;
    case "panEarlier":
      scale.pan(-PAN);
      return true;
    case "panLater":
      scale.pan(PAN);
      return true;
    case "collapseAll":
      tree.collapseAll();
      return true;
    case "expandAll":
      tree.expandAll();
      return true;
    case "leave":
      return actions.leave();
    default:
      return tree.focus !== undefined && runRowCommand(command, actions, tree.focus);
  }
}

function runRowCommand(command: TreeCommand, actions: TreeActions, focus: RowId): boolean {
  const { store, tree, select } = actions;
  const row = tree.rows.indexOf(focus);
  switch (command) {
    case "up":
      return goToRow(actions, row - 1);
    case "down":
      return goToRow(actions, row + 1);
    case "pageUp":
      return goToRow(actions, row - actions.pageSize());
    case "pageDown":
      return goToRow(actions, row + actions.pageSize());
    case "first":
      return goToRow(actions, 0);
    case "last":
      return goToRow(actions, tree.rows.count - 1);
    case "open":
      return openOrEnter(actions, focus, row);
    case "close":
      return closeOrLeave(actions, focus, row);
    case "openSiblings":
      for (const sibling of closedSiblings(tree.rows, row)) tree.setOpen(sibling, true);
      return true;
    case "select":
      if (isGroup(focus)) tree.setOpen(focus, at(tree.rows.state, row) === COLLAPSED);
      else select(focus);
      return true;
    case "nextError":
      return goToSpan(actions, focus, 1, (node) => store.isError(node));
    case "previousError":
      return goToSpan(actions, focus, -1, (node) => store.isError(node));
    case "nextRunning":
      return goToSpan(actions, focus, 1, (node) => store.isRunning(node));
    case "nextCall":
      return goToSpan(actions, focus, 1, (node) => at(store.kind, node) === LLM);
    default:
      return false;
  }
}

function goToRow({ tree: { rows }, goTo }: TreeActions, row: number): boolean {
  goTo(at(rows.id, Math.min(rows.count - 1, Math.max(0, row))));
  return true;
}

function openOrEnter({ tree, goTo }: TreeActions, focus: RowId, row: number): boolean {
  const state = at(tree.rows.state, row);
  if (state === COLLAPSED) tree.setOpen(focus, true);
  else if (state === EXPANDED) goTo(at(tree.rows.id, row + 1));
  return true;
}

function closeOrLeave({ tree, goTo }: TreeActions, focus: RowId, row: number): boolean {
  const { rows } = tree;
  const parent = at(rows.parent, row);
  const canClose = at(rows.state, row) === EXPANDED && tree.found === null;
  if (canClose) tree.setOpen(focus, false);
  else if (parent !== NONE) goTo(at(rows.id, parent));
  return true;
}

/** Go to the next span in reading order that has the property, beyond the end from the start. */
function goToSpan(
  { store, tree, goTo }: TreeActions,
  focus: RowId,
  direction: 1 | -1,
  has: (node: number) => boolean,
): boolean {
  const { node, count } = store.outline;
  const here = node.indexOf(spanOf(focus));
  for (let i = 1; i <= count; i++) {
    const candidate = at(node, (here + direction * i + count * 2) % count);
    if (!has(candidate)) continue;
    if (tree.found && tree.rows.indexOf(candidate) === NONE) continue;
    tree.reveal(candidate);
    goTo(candidate);
    return true;
  }
  return true;
}

/** Open or close the row of a chevron. */
export function toggle(tree: Tree, id: RowId): void {
  const state = at(tree.rows.state, tree.rows.indexOf(id));
  if (state !== LEAF && tree.found === null) tree.setOpen(id, state === COLLAPSED);
}
