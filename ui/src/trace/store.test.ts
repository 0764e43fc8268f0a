import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { at } from "./links";
import { sampleSpan } from "./samples";
import { TraceStore } from "./store";
import type { LiveEvent, SpanView } from "./types";

function start(span: SpanView): LiveEvent {
  const open = { ...span, status: "running", end_us: null } as const;
  return { type: "span-start", span: open };
}

function end(span: SpanView): LiveEvent {
  return { type: "span-end", span, message: null };
}

function storeOf(events: readonly LiveEvent[], maxSpans?: number): TraceStore {
  const store = new TraceStore(maxSpans === undefined ? {} : { maxSpans });
  for (const event of events) store.applyEvent(event);
  store.flush();
  return store;
}

/** The tree in words, for comparison: `depth id status end`. */
function read(store: TraceStore): string[] {
  const { outline } = store;
  return Array.from({ length: outline.count }, (_, i) => {
    const node = at(outline.node, i);
    const { span_id, status, end_us } = store.view(node);
    const arriving = store.isArriving(node) ? " arriving" : "";
    return `${at(outline.depth, i)} ${span_id} ${status} ${end_us}${arriving}`;
  });
}

const names = (store: TraceStore) =>
  read(store).map((line) => line.split(" ").slice(0, 2).join(" "));

/** Spans with parents among each other, also unknown ones, themselves and in circles. */
const anySpans = fc
  .array(
    fc.record({
      parent: fc.option(fc.integer({ min: 0, max: 24 }), { nil: null }),
      startMs: fc.integer({ min: 0, max: 50 }),
      status: fc.constantFrom("ok", "error", "cancelled"),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((seeds) =>
    seeds.map(({ parent, startMs, status }, i) =>
      sampleSpan({
        id: `s${i}`,
        parent_id: parent === null ? null : `s${parent}`,
        startMs,
        status: status as SpanView["status"],
      }),
    ),
  );

describe("TraceStore", () => {
  test("shows only some kinds; their children are lifted, the totals count what is shown", () => {
    const store = storeOf(
      [
        sampleSpan({ id: "turn", kind: "turn" }),
        sampleSpan({ id: "plan", parent_id: "turn", kind: "agent", startMs: 1 }),
        sampleSpan({ id: "tool", parent_id: "plan", kind: "tool", startMs: 2 }),
        sampleSpan({ id: "http", parent_id: "tool", kind: "http", startMs: 3 }),
        sampleSpan({ id: "llm", parent_id: "http", kind: "llm", startMs: 4 }),
        sampleSpan({ id: "other", parent_id: "turn", kind: "tool", startMs: 5 }),
      ].map(end),
    );
    store.showOnly(new Set(["tool", "llm"]));
    expect(names(store)).toEqual(["0 tool", "1 llm", "0 other"]);
    expect(store.totals.spans).toBe(3);
    expect(store.size).toBe(6);
    store.showOnly(null);
    expect(names(store)).toHaveLength(6);
  });

  test("any order and any repetition of events gives the tree of the sorted events", () => {
    const shuffled = anySpans.chain((spans) => {
      const sorted = spans.flatMap((span) => [start(span), end(span)]);
      const withRepeats = fc
        .array(fc.constantFrom(...sorted), { maxLength: 10 })
        .map((repeats) => [...sorted, ...repeats]);
      return withRepeats
        .chain((events) =>
          fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
        )
        .map((events) => ({ sorted, events }));
    });
    fc.assert(
      fc.property(shuffled, ({ sorted, events }) => {
        expect(read(storeOf(events))).toEqual(read(storeOf(sorted)));
      }),
    );
  });

  test("announcing in between does not change the outcome", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const events = spans.flatMap((span) => [end(span), start(span)]);
        const stepwise = new TraceStore();
        for (const event of events) {
          stepwise.applyEvent(event);
          stepwise.flush();
        }
        expect(read(stepwise)).toEqual(read(storeOf(events)));
      }),
    );
  });

  test("every span is in the tree exactly once, whatever the parents", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const store = storeOf(spans.map(end));
        const ids = read(store).map((line) => line.split(" ")[1]);
        expect(ids.sort()).toEqual(spans.map((span) => span.span_id).sort());
      }),
    );
  });

  test("a child waits below the root and moves when its parent comes", () => {
    const root = sampleSpan({ id: "root" });
    const parent = sampleSpan({ id: "parent", parent_id: "root" });
    const child = sampleSpan({ id: "child", parent_id: "parent" });
    const store = storeOf([start(root), start(child)]);
    expect(read(store)).toEqual(["0 root running null", "1 child running null arriving"]);

    store.applyEvent(start(parent));
    store.flush();
    expect(names(store)).toEqual(["0 root", "1 parent", "2 child"]);
  });

  test("spans without a root stand at the top", () => {
    const child = sampleSpan({ id: "child", parent_id: "elsewhere" });
    expect(read(storeOf([end(child)]))[0]).toMatch(/^0 child ok \d+ arriving$/);
  });

  test("a late start does not open a span again, and the real end replaces `abandoned`", () => {
    const span = sampleSpan({ id: "a" });
    const abandoned = { ...span, status: "abandoned" } as const;
    const store = storeOf([end(span), start(span), end(abandoned)]);
    expect(store.view(store.indexOf("a") ?? -1).status).toBe("ok");
  });

  test("a removed span stays away and gives its children back", () => {
    const root = sampleSpan({ id: "root" });
    const step = sampleSpan({ id: "step", parent_id: "root" });
    const child = sampleSpan({ id: "child", parent_id: "step" });
    const remove: LiveEvent = { type: "span-remove", trace_id: "", span_id: "step" };
    const store = storeOf([end(root), end(step), end(child), remove, end(step)]);
    expect(names(store)).toEqual(["0 root", "1 child"]);
  });

  test("siblings stand by start, however they come", () => {
    const root = sampleSpan({ id: "root" });
    const spans = [3, 1, 2].map((ms) =>
      sampleSpan({ id: `s${ms}`, parent_id: "root", startMs: ms }),
    );
    expect(names(storeOf([root, ...spans].map(end)))).toEqual(["0 root", "1 s1", "1 s2", "1 s3"]);
  });

  test("a hundred thousand levels neither overflow nor hang", () => {
    const spans = Array.from({ length: 100_000 }, (_, i) =>
      sampleSpan({ id: `s${i}`, parent_id: i === 0 ? null : `s${i - 1}` }),
    );
    const store = new TraceStore();
    store.applySpans(spans.reverse());
    store.flush();
    expect(at(store.outline.depth, 99_999)).toBe(99_999);
  });

  test("spans beyond the limit are left out, and that is known", () => {
    const spans = ["a", "b", "c"].map((id) => sampleSpan({ id }));
    const store = storeOf(spans.map(end), 2);
    expect(store.outline.count).toBe(2);
    expect(store.truncated).toBe(true);
  });

  test("streamed text is kept while the span is open", () => {
    const span = sampleSpan({ id: "a" });
    const delta = (offset: number, text: string): LiveEvent => ({
      type: "span-delta",
      trace_id: "",
      span_id: "a",
      field: "output",
      text,
      offset,
    });
    const store = storeOf([delta(0, "Hel"), start(span), delta(3, "lo"), delta(3, "lo")]);
    expect(store.liveText("a", "output")).toBe("Hello");
    store.applyEvent(end(span));
    expect(store.liveText("a", "output")).toBe("");
  });

  test("subscribers hear of a frame once, then at most once per interval", async () => {
    vi.useFakeTimers();
    try {
      const store = new TraceStore({ structureMs: 100 });
      const listener = vi.fn();
      store.subscribe(listener);
      store.applySpans([sampleSpan({ id: "a" }), sampleSpan({ id: "b" })]);
      await vi.advanceTimersByTimeAsync(0);
      expect(listener).toHaveBeenCalledTimes(1);
      for (let i = 0; i < 50; i++) {
        store.applyEvent(end(sampleSpan({ id: `c${i}` })));
        await vi.advanceTimersByTimeAsync(10);
      }
      expect(listener.mock.calls.length).toBeLessThanOrEqual(6);
      await vi.advanceTimersByTimeAsync(100);
      expect(store.outline.count).toBe(52);
    } finally {
      vi.useRealTimers();
    }
  });

  test("totals count calls of models once", () => {
    const usage = { input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
    const store = storeOf(
      [
        sampleSpan({ id: "turn", kind: "turn", ...usage }),
        sampleSpan({ id: "llm", kind: "llm", parent_id: "turn", ...usage }),
        sampleSpan({ id: "tool", kind: "tool", parent_id: "turn", status: "error" }),
      ].map(end),
    );
    expect(store.totals).toMatchObject({ spans: 3, tokens: 15, costUsd: 0.5, errors: 1 });
  });
});
