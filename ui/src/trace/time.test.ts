import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServerClock } from "./clock";
import { findGaps, foldGaps, Warp } from "./compress";
import { axisLength, steppedLength, ticks } from "./domain";
import { SAMPLE_START_US, sampleSpan } from "./samples";
import { batch } from "./sampleTraces";
import { selfTime } from "./selfTime";
import { TraceStore } from "./store";
import { TimeScale } from "./timescale";

const SECOND = 1_000_000;

function storeOf(spans: Parameters<TraceStore["applySpans"]>[0]): TraceStore {
  const store = new TraceStore();
  store.applySpans(spans);
  store.flush();
  return store;
}

describe("the time axis", () => {
  test("it grows in steps of a quarter that are never too short", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e12, noNaN: true }), (needed) => {
        const length = steppedLength(needed);
        expect(length).toBeGreaterThanOrEqual(needed * (1 - 1e-9));
        expect(length).toBeLessThanOrEqual(Math.max(100_000, needed * 1.25 * (1 + 1e-9)));
      }),
    );
    expect(axisLength(1_900_000, false)).toBe(1_900_000);
  });

  test("ticks are nice and about five", () => {
    expect(ticks(0, 2 * SECOND)).toEqual([0, 0.5, 1, 1.5, 2].map((s) => s * SECOND));
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 1e11, noNaN: true }), (length) => {
        const count = ticks(0, length).length;
        expect(count).toBeGreaterThanOrEqual(3);
        expect(count).toBeLessThanOrEqual(11);
      }),
    );
  });
});

describe("folded gaps", () => {
  test("only long stretches without a running leaf are folded", () => {
    const store = storeOf(batch());
    const gaps = findGaps(store, store.totals.firstUs, 9 * SECOND, store.totals.lastUs);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.from).toBeLessThan(1.2 * SECOND);
    expect(gaps[0]?.to).toBeCloseTo(8.2 * SECOND, 3);
  });

  test("warped time goes back to real time and never runs backwards", () => {
    const gaps = [
      { from: 2 * SECOND, to: 5 * SECOND },
      { from: 6 * SECOND, to: 9 * SECOND },
    ];
    const warp = foldGaps(gaps, 10 * SECOND, 400, 28);
    expect(warp.gaps).toHaveLength(2);
    const moment = fc.integer({ min: 0, max: 10 * SECOND });
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect(warp.toReal(warp.toWarped(a))).toBeCloseTo(a, 0);
        if (a < b) expect(warp.toWarped(a)).toBeLessThan(warp.toWarped(b));
      }),
    );
    const scale = new TimeScale(() => true);
    scale.setData(0, 10 * SECOND, warp);
    expect(scale.x(5 * SECOND, 400) - scale.x(2 * SECOND, 400)).toBeCloseTo(28, 6);
  });
});

describe("TimeScale", () => {
  function scaleOf(lengthUs: number): TimeScale {
    const scale = new TimeScale(() => true);
    scale.setData(SAMPLE_START_US, lengthUs, new Warp());
    return scale;
  }

  test("zooming keeps the moment under the pointer where it is", () => {
    const scale = scaleOf(10 * SECOND);
    const before = scale.timeAt(0.3);
    scale.zoom(4, 0.3);
    expect(scale.timeAt(0.3)).toBeCloseTo(before, 0);
    expect(scale.window.to - scale.window.from).toBeCloseTo(0.25);
  });

  test("whatever is done, the window stays inside the trace", () => {
    const step = fc.oneof(
      fc.record({
        zoom: fc.double({ min: 0.1, max: 10, noNaN: true }),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ pan: fc.double({ min: -3, max: 3, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const scale = scaleOf(10 * SECOND);
        for (const action of steps) {
          if ("pan" in action) scale.pan(action.pan);
          else scale.zoom(action.zoom, action.at);
        }
        expect(scale.window.from).toBeGreaterThanOrEqual(0);
        expect(scale.window.to).toBeLessThanOrEqual(1 + 1e-9);
        expect(scale.window.to).toBeGreaterThan(scale.window.from);
      }),
    );
  });

  test("a longer trace does not move what is zoomed", () => {
    const scale = scaleOf(10 * SECOND);
    scale.setWindow(0.2, 0.4);
    scale.setData(SAMPLE_START_US, 20 * SECOND, new Warp());
    expect(scale.timeAt(0)).toBeCloseTo(2 * SECOND);
    expect(scale.timeAt(1)).toBeCloseTo(4 * SECOND);
  });
});

describe("ServerClock", () => {
  test("the fastest delivery sets the offset", () => {
    let wallMs = 1000;
    const clock = new ServerClock(() => wallMs);
    expect(clock.nowUs()).toBe(1_000_000);
    clock.observe(5_000_000);
    wallMs = 1100;
    clock.observe(5_050_000);
    expect(clock.nowUs()).toBe(5_100_000);
    clock.observe(5_120_000);
    expect(clock.nowUs()).toBe(5_120_000);
  });
});

test("self time is what the children leave", () => {
  const store = storeOf([
    sampleSpan({ id: "root", endMs: 100 }),
    sampleSpan({ id: "a", parent_id: "root", startMs: 10, endMs: 40 }),
    sampleSpan({ id: "b", parent_id: "root", startMs: 30, endMs: 60 }),
    sampleSpan({ id: "late", parent_id: "root", startMs: 90, endMs: 150 }),
  ]);
  const ms = (us: number) => (us - SAMPLE_START_US) / 1000;
  const parts = selfTime(store, store.indexOf("root") ?? -1, 0);
  expect(parts.map(({ from, to }) => [ms(from), ms(to)])).toEqual([
    [0, 10],
    [60, 90],
  ]);
});
