import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import "@/i18n";
import { expect, test, vi } from "vitest";
import { sampleDetail, sampleSpan } from "../samples";
import { type ScoreView, TraceScores, TraceScoresContext } from "../scores";
import { Scores } from "./Scores";

const root = sampleDetail(sampleSpan({ id: "root", kind: "turn", name: "on_message" }), {});

function scoreOf(change: Partial<ScoreView>): ScoreView {
  return {
    thread_id: "t",
    trace_id: root.trace_id,
    span_id: root.span_id,
    name: "relevance",
    user_id: "",
    source: "code",
    type: "number",
    value: 0.5,
    label: "",
    comment: "",
    reasons: [],
    metadata: {},
    updated_us: 1_700_000_000_000_000,
    ...change,
  };
}

function show(scores: ScoreView[], remove = vi.fn(async (_: ScoreView) => {})) {
  render(
    <TraceScoresContext value={new TraceScores(scores, "me", remove)}>
      <Scores detail={root} />
    </TraceScoresContext>,
  );
  return remove;
}

test("a span without scores says nothing", () => {
  show([scoreOf({ span_id: "another" })]);
  expect(screen.queryByText(/Scores/)).toBeNull();
});

test("who said what is told, of the span, its trace and its thread", () => {
  show([
    scoreOf({ value: 0.123456789, label: "poor", source: "judge", user_id: "gpt-5" }),
    scoreOf({ name: "tone", type: "category", value: null, label: "dry", span_id: "" }),
    scoreOf({ name: "solved", type: "boolean", value: 1, span_id: "", trace_id: "" }),
    scoreOf({
      name: "user-feedback",
      type: "boolean",
      value: 0,
      source: "user",
      user_id: "me",
      reasons: ["Incorrect"],
      comment: "It is 43.",
    }),
  ]);
  const texts = screen.getAllByRole("listitem").map((item) => item.textContent ?? "");
  expect(texts.find((text) => text.startsWith("relevance"))).toMatch(/0.123457 poor.*judge gpt-5/);
  expect(texts.find((text) => text.startsWith("tone"))).toMatch(/dry.*whole trace.*code/);
  expect(texts.find((text) => text.startsWith("solved"))).toMatch(/Yes.*whole thread/);
  expect(texts.find((text) => text.startsWith("user-feedback"))).toMatch(
    /Bad.*you.*Incorrect.*It is 43./,
  );
});

test("only own scores can be removed, and a refusal is told", async () => {
  const mine = scoreOf({ name: "mine", source: "user", user_id: "me" });
  const remove = show(
    [mine, scoreOf({ name: "theirs", source: "user", user_id: "you" }), scoreOf({ user_id: "me" })],
    vi.fn().mockRejectedValueOnce(new Error("No.")),
  );
  const [button, ...others] = within(screen.getByRole("list")).getAllByRole("button");
  expect(others).toEqual([]);
  expect(button?.ariaLabel ?? button?.getAttribute("aria-label")).toBe("Remove your score mine");
  await userEvent.click(button as HTMLElement);
  expect(remove).toHaveBeenCalledWith(mine);
  expect(screen.getByRole("alert").textContent).toBe("The score was not removed: No.");
});
