import i18next, { type TFunction } from "i18next";
import { beforeAll, describe, expect, test } from "vitest";
import { ServerClock } from "./clock";
import en from "./en";
import { formatCost, formatCount, formatDuration, formatSize, formatTick } from "./format";
import { packLanes } from "./pack";
import { revenueTrace, SAMPLE_START_US, sampleSpan, sampleTurn } from "./samples";
import { TraceStore } from "./store";
import { stripFacts } from "./stripFacts";
import { noteOf, rowLabel, type TraceT } from "./words";

let t: TraceT;

beforeAll(async () => {
  const i18n = i18next.createInstance();
  await i18n.init({
    lng: "en",
    resources: { en: { trace: en } },
    interpolation: { escapeValue: false },
  });
  t = i18n.getFixedT("en", "trace") as TFunction<"trace">;
});

function storeOf(spans: Parameters<TraceStore["applySpans"]>[0]): TraceStore {
  const store = new TraceStore({ clock: new ServerClock(() => SAMPLE_START_US / 1000 + 1240) });
  store.applySpans(spans);
  store.flush();
  return store;
}

describe("numbers", () => {
  test.each([
    [0, "0 ms"],
    [850, "850 µs"],
    [1_500, "1.5 ms"],
    [412_000, "412 ms"],
    [999_600, "1.00 s"],
    [1_240_000, "1.24 s"],
    [125_000_000, "2 min 05 s"],
    [7_500_000_000, "2 h 05 min"],
  ])("%d µs is %s", (us, text) => expect(formatDuration(us)).toBe(text));

  test("the rest follows the language", () => {
    expect(formatCount(1184)).toBe("1,184");
    expect(formatCount(1184, "de")).toBe("1.184");
    expect(formatCost(0.0006)).toBe("$0.0006");
    expect(formatCost(1.5)).toBe("$1.50");
    expect(formatCost(0.00000012)).toBe("<$0.0001");
    expect(formatSize(1_200_000)).toBe("1.2 MB");
    expect(formatTick(500_000, 500_000)).toBe("500 ms");
    expect(formatTick(1_500_000, 500_000)).toBe("1.5 s");
  });
});

describe("words", () => {
  test("the label of a row says it all", () => {
    const span = revenueTrace(true).find((candidate) => candidate.span_id === "search");
    if (!span) throw new Error("the sample has no failed search");
    expect(rowLabel(span, 3, SAMPLE_START_US, t, "en")).toBe(
      "search_web, tool, error HTTP 429, starts 340 ms, lasts 401 ms, level 3",
    );
  });

  test("a running row tells no time, so that it is not read again and again", () => {
    const span = sampleSpan({ id: "a", kind: "llm", endMs: null });
    expect(rowLabel(span, 1, SAMPLE_START_US, t, "en")).toBe(
      "a, model call, running, starts 0 ms, level 1",
    );
  });

  test("the note is the one fact of the kind", () => {
    const llm = sampleSpan({
      id: "a",
      kind: "llm",
      input_tokens: 812,
      output_tokens: 96,
      cost_usd: 0.0004,
    });
    expect(noteOf(llm, t, "en")).toBe("908 tok · $0.0004");
    expect(noteOf(sampleSpan({ id: "a", document_count: 1 }), t, "en")).toBe("1 doc");
    const failed = sampleSpan({ id: "a", status: "error", status_message: "first\nsecond" });
    expect(noteOf(failed, t, "en")).toBe("first");
  });
});

describe("the strip", () => {
  const text = (facts: { text: string }[]) => facts.map((fact) => fact.text).join(" · ");

  test("running, it names what is being done", () => {
    const turn = sampleTurn({ status: "running", end_us: null });
    const facts = stripFacts(storeOf(revenueTrace(false)), turn, t, "en");
    expect(text(facts)).toBe("8 spans · 1 error · writing · 1.24 s");
  });

  test("with two things at once it counts", () => {
    const spans = [
      ...revenueTrace(false),
      sampleSpan({ id: "second", parent_id: "agent", kind: "tool", startMs: 900, endMs: null }),
    ];
    const turn = sampleTurn({ status: "running", end_us: null });
    expect(text(stripFacts(storeOf(spans), turn, t, "en"))).toContain("4 running");
  });

  test("finished and not loaded, it tells the sums of the turn", () => {
    const facts = stripFacts(storeOf([]), sampleTurn({ error_count: 0 }), t, "en");
    expect(text(facts)).toBe("8 spans · 1.90 s · 920 tok · $0.0004");
  });

  test("lanes make steps and share only when none is free", () => {
    const store = storeOf(revenueTrace(true));
    const lanes = packLanes(store, 7, store.totals.lastUs).map((bar) => bar.lane);
    expect(lanes).toEqual([0, 1, 2, 3, 4, 5, 6, 2]);
  });
});
