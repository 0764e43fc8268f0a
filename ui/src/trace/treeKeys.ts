/** Keys of the tree: the treegrid pattern, and letters for what people look for in a trace. */

export type TreeCommand =
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "first"
  | "last"
  | "open"
  | "close"
  | "select"
  | "openSiblings"
  | "collapseAll"
  | "expandAll"
  | "nextError"
  | "previousError"
  | "nextRunning"
  | "nextCall"
  | "search"
  | "follow"
  | "fit"
  | "zoomIn"
  | "zoomOut"
  | "panEarlier"
  | "panLater"
  | "leave";

const COMMANDS: Record<string, TreeCommand> = {
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Home: "first",
  End: "last",
  ArrowRight: "open",
  ArrowLeft: "close",
  Enter: "select",
  " ": "select",
  "*": "openSiblings",
  "[": "collapseAll",
  "]": "expandAll",
  e: "nextError",
  E: "previousError",
  r: "nextRunning",
  l: "nextCall",
  "/": "search",
  f: "follow",
  "0": "fit",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  h: "panEarlier",
  ";": "panLater",
  Escape: "leave",
};

export function treeCommand(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}): TreeCommand | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return COMMANDS[event.key];
}
