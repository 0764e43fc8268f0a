import { describe, expect, test } from "vitest";
import { at } from "./links";
import { buildRows, COLLAPSED, EXPANDED, groupRow, isGroup, type RowOptions, spanOf } from "./rows";
import { revenueTrace, sampleSpan } from "./samples";
import { batch, chain } from "./sampleTraces";
import { Matcher, NO_FILTER } from "./search";
import { TraceStore } from "./store";
import type { SpanView } from "./types";

const NOTHING: RowOptions = {
  collapsed: new Set(),
  openGroups: new Set(),
  matches: null,
  pinned: undefined,
};

function storeOf(spans: readonly SpanView[]): TraceStore {
  const store = new TraceStore();
  store.applySpans(spans);
  store.flush();
  return store;
}

/** `level name +hidden !`, with `[n]` for groups. */
function read(store: TraceStore, options: Partial<RowOptions> = {}): string[] {
  const rows = buildRows(store, { ...NOTHING, ...options });
  return Array.from({ length: rows.count }, (_, row) => {
    const id = at(rows.id, row);
    const hidden = at(rows.hidden, row);
    return [
      at(rows.level, row),
      store.view(spanOf(id)).name,
      isGroup(id) ? `[${hidden}]` : hidden > 0 ? `+${hidden}` : "",
      at(rows.hiddenError, row) === 1 ? "!" : "",
    ]
      .filter(Boolean)
      .join(" ");
  });
}

describe("rows", () => {
  test("levels, positions and sizes are those of the tree", () => {
    const store = storeOf(revenueTrace(true));
    const rows = buildRows(store, NOTHING);
    const llm = rows.indexOf(store.indexOf("llm") ?? -1);
    expect(at(rows.level, llm)).toBe(3);
    expect(at(rows.position, llm)).toBe(5);
    expect(at(rows.children, at(rows.parent, llm))).toBe(5);
    expect(rows.tops).toBe(1);
  });

  test("a closed row tells how many it hides and whether one of them failed", () => {
    const store = storeOf(revenueTrace(true));
    const agent = store.indexOf("agent") ?? -1;
    expect(read(store, { collapsed: new Set([agent]) })).toEqual([
      "1 chat.turn",
      "2 agent.plan +6 !",
    ]);
  });

  test("matches keep their ancestors and open what was closed", () => {
    const store = storeOf(revenueTrace(true));
    const agent = store.indexOf("agent") ?? -1;
    const matches = new Matcher(store, { ...NO_FILTER, text: "EMBED" }).matches();
    expect(read(store, { matches, collapsed: new Set([agent]) })).toEqual([
      "1 chat.turn",
      "2 agent.plan",
      "3 retrieve_docs",
      "4 embed",
    ]);
  });

  test("more than twenty like siblings are one row until it is opened", () => {
    const store = storeOf(batch());
    expect(read(store)).toEqual(["1 index_documents", "2 embed [48] !", "2 upsert"]);
    const first = store.indexOf("embed-0") ?? -1;
    const open = read(store, { openGroups: new Set([first]) });
    expect(open).toHaveLength(3 + 48);
    expect(open[2]).toBe("3 embed");
    expect(open.at(-1)).toBe("2 upsert");
  });

  test("twenty like siblings, or siblings with children, stay as they are", () => {
    const root = sampleSpan({ id: "root" });
    const like = Array.from({ length: 20 }, (_, i) =>
      sampleSpan({ id: `t${i}`, name: "t", parent_id: "root", startMs: i }),
    );
    expect(read(storeOf([root, ...like]))).toHaveLength(21);
    const more = sampleSpan({ id: "t20", name: "t", parent_id: "root", startMs: 20 });
    const inside = sampleSpan({ id: "inside", parent_id: "t10" });
    expect(read(storeOf([root, ...like, more, inside]))).toHaveLength(23);
  });

  test("a group does not swallow the row that has the focus", () => {
    const store = storeOf(batch());
    const focused = store.indexOf("embed-7") ?? -1;
    const rows = buildRows(store, { ...NOTHING, pinned: focused });
    expect(rows.indexOf(focused)).toBeGreaterThan(0);
    const group = rows.indexOf(groupRow(store.indexOf("embed-0") ?? -1));
    expect(at(rows.state, group)).toBe(EXPANDED);
    const without = buildRows(store, NOTHING);
    expect(at(without.state, group)).toBe(COLLAPSED);
  });

  test("deep chains do not overflow", () => {
    expect(read(storeOf(chain(5000)))).toHaveLength(5000);
  });
});

describe("Matcher", () => {
  test("words match in any order, in names, models and messages", () => {
    const store = storeOf(revenueTrace(true));
    const count = (text: string) =>
      new Matcher(store, { ...NO_FILTER, text }).matches().reduce((sum, match) => sum + match, 0);
    expect(count("429 search")).toBe(1);
    expect(count("search")).toBe(2);
    expect(count("nowhere")).toBe(0);
  });

  test("switches combine", () => {
    const store = storeOf(revenueTrace(true));
    const matches = new Matcher(store, { text: "", onlyErrors: true, onlyCalls: true }).matches();
    expect([...matches].filter(Boolean)).toHaveLength(1);
  });

  test("a changed span is asked again", () => {
    const store = storeOf(revenueTrace(false));
    const matcher = new Matcher(store, { ...NO_FILTER, text: "renamed" });
    expect([...matcher.matches()].filter(Boolean)).toHaveLength(0);
    store.applySpans([sampleSpan({ id: "llm", parent_id: "agent", name: "renamed", endMs: 1900 })]);
    store.flush();
    expect([...matcher.matches()].filter(Boolean)).toHaveLength(1);
  });
});
