/** The colours of the canvases: the design tokens, read once per theme. */
import { KINDS, tokenOfCode } from "./kinds";

export interface Palette {
  /** Indexed by kind code. */
  kinds: readonly string[];
  error: string;
  live: string;
  line: string;
  lineStrong: string;
  surface: string;
  inset: string;
  text: string;
  /** Hatching on a bar. */
  onBar: string;
  font: string;
}

let current: Palette | undefined;
const listeners = new Set<() => void>();

export function palette(): Palette {
  current ??= readPalette(getComputedStyle(document.documentElement));
  return current;
}

/** Call `listener` when the theme of the page changes. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) watch();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) unwatch();
  };
}

const mediaQueries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];
let unwatch = () => {};

function watch(): void {
  const changed = () => {
    current = undefined;
    for (const listener of listeners) listener();
  };
  changed();
  const observer = new MutationObserver(changed);
  const attributeFilter = ["data-theme", "class", "style"];
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  const media = mediaQueries.map((query) => window.matchMedia(query));
  for (const query of media) query.addEventListener("change", changed);
  unwatch = () => {
    observer.disconnect();
    for (const query of media) query.removeEventListener("change", changed);
  };
}

function readPalette(style: CSSStyleDeclaration): Palette {
  const token = (name: string) => style.getPropertyValue(name).trim() || "GrayText";
  return {
    kinds: KINDS.map((_, code) => token(`--kind-${tokenOfCode(code)}`)),
    error: token("--err"),
    live: token("--accent"),
    line: token("--line"),
    lineStrong: token("--line-strong"),
    surface: token("--bg1"),
    inset: token("--bg2"),
    text: token("--fg3"),
    onBar: token("--kind-on"),
    font: token("--font-sans"),
  };
}
