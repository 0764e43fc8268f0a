/** Sizes of the panel that people have dragged, remembered by the browser. */
import { useState } from "react";

interface PanelSizes {
  /** Share of the first column in percent. */
  nameColumn: number;
  /** Share of the height that the tree has above an open detail, in percent. */
  tree: number;
}

const KEY = "spanlit.trace.sizes";
const DEFAULTS: PanelSizes = { nameColumn: 46, tree: 58 };

export function usePanelSizes(): [PanelSizes, (change: Partial<PanelSizes>) => void] {
  const [sizes, setSizes] = useState(read);
  const change = (part: Partial<PanelSizes>) => {
    const next = { ...sizes, ...part };
    setSizes(next);
    write(next);
  };
  return [sizes, change];
}

function read(): PanelSizes {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const { nameColumn, tree } = stored as Partial<PanelSizes>;
    return {
      nameColumn: percent(nameColumn) ?? DEFAULTS.nameColumn,
      tree: percent(tree) ?? DEFAULTS.tree,
    };
  } catch {
    return DEFAULTS;
  }
}

/** Storage may be full or forbidden; the size then lasts as long as the page. */
function write(sizes: PanelSizes): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(sizes));
  } catch {
    return;
  }
}

function percent(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < 100 ? value : undefined;
}
