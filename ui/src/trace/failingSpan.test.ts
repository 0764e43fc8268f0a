import { expect, test } from "vitest";
import { failingSpan } from "./failingSpan";
import { sampleSpan } from "./samples";
import { TraceStore } from "./store";

const failed = (id: string, parent_id: string | null, status_message: string, startMs: number) =>
  sampleSpan({ id, parent_id, status: "error", status_message, startMs });

test("the span that raised is found, not the call that was tried again", () => {
  const store = new TraceStore();
  store.applySpans([
    failed("turn", null, "ValueError: empty", 0),
    failed("agent", "turn", "ValueError: empty", 1),
    failed("first try", "agent", "HTTP 429", 2),
    failed("tool", "agent", "ValueError: empty", 3),
    failed("inside", "tool", "KeyError: wrapped", 4),
  ]);
  store.flush();
  expect(failingSpan(store, "turn")).toBe("tool");
});

test("without the spans the turn itself is the answer", () => {
  expect(failingSpan(new TraceStore(), "turn")).toBe("turn");
});
