import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Turn } from "@/chat/Turn";
import { UserBubble } from "@/chat/UserBubble";
import type { Conversation } from "@/core/conversation";
import type { ScoreForm, Snapshot } from "@/core/protocol";
import { messageOf, snapshotFrame, THREAD_ID, traceIdOf, turnOf } from "@/gallery/scenario";
import { renderPlayed } from "../support/render";

const question = messageOf(1, "10", "user", "Why?", 0);
const answer = messageOf(1, "11", "assistant", "Because.", 1);

const onShowTrace = vi.fn();

const THUMBS: ScoreForm = {
  name: "user-feedback",
  description: "",
  type: "boolean",
  min: null,
  max: null,
  integer: false,
  labels: [],
  reasons: ["Incorrect", "Too slow"],
  good_reasons: [],
  better: "higher",
  ask: "user",
};
const STARS: ScoreForm = {
  ...THUMBS,
  name: "stars",
  type: "number",
  integer: true,
  min: 1,
  max: 5,
};

function setUp(snapshot: Partial<Snapshot>, scores: ScoreForm[] = [THUMBS, STARS]) {
  const messages = snapshot.messages ?? [question, answer];
  const ids = (role: string) =>
    messages
      .filter((message) => (message.role === "user") === (role === "user"))
      .map(({ id }) => id)
      .join(" ");
  const draw = (conversation: Conversation) => (
    <Turn
      conversation={conversation}
      traceId={traceIdOf(1)}
      questions={ids("user")}
      answers={ids("assistant")}
      strip={false}
      pressed={false}
      onShowTrace={onShowTrace}
    />
  );
  return renderPlayed([snapshotFrame({ messages, ...snapshot })], draw, { scores });
}

test("a finished answer is rated, and the rating is taken back", async () => {
  const { user, transport } = setUp({ turns: [turnOf(1, 0)] });
  const good = screen.getByRole("button", { name: "Good answer" });
  await user.click(good);
  expect(good.getAttribute("aria-pressed")).toBe("true");
  expect(transport.commands.at(-1)).toMatchObject({
    type: "score-set",
    value: 1,
    span_id: answer.id,
  });
  await user.click(good);
  expect(good.getAttribute("aria-pressed")).toBe("false");
  expect(transport.commands.at(-1)?.type).toBe("score-remove");
});

test("why an answer is bad is said in reasons and words", async () => {
  const { user, transport } = setUp({ turns: [turnOf(1, 0)] });
  const bad = screen.getByRole("button", { name: "Bad answer" });
  await user.click(bad);
  const panel = await screen.findByRole("form", { name: "Feedback on this answer" });
  expect(document.activeElement).toBe(bad);
  const reasons = within(panel).getByRole("group", { name: "What was wrong?" });
  const incorrect = within(reasons).getByRole("button", { name: "Incorrect" });
  await user.click(within(reasons).getByRole("button", { name: "Too slow" }));
  await user.click(incorrect);
  await user.click(within(reasons).getByRole("button", { name: "Too slow" }));
  expect(incorrect.getAttribute("aria-pressed")).toBe("true");
  await user.click(within(panel).getByRole("button", { name: "4" }));
  await user.type(within(panel).getByRole("textbox"), "It is 43.");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(transport.commands.slice(-2)).toMatchObject([
    { name: "user-feedback", value: 0, reasons: ["Incorrect"], comment: "It is 43." },
    { name: "stars", value: 4 },
  ]);
  expect(screen.queryByRole("form")).toBeNull();
  expect(document.activeElement).toBe(bad);
});

test("Escape leaves the panel and keeps the rating", async () => {
  const { user, transport } = setUp({ turns: [turnOf(1, 0)] });
  const good = screen.getByRole("button", { name: "Good answer" });
  await user.click(good);
  const panel = await screen.findByRole("form");
  expect(within(panel).queryByRole("group", { name: "What was wrong?" })).toBeNull();
  await user.click(within(panel).getByRole("textbox"));
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("form")).toBeNull();
  expect(document.activeElement).toBe(good);
  expect(good.getAttribute("aria-pressed")).toBe("true");
  expect(transport.commands.filter(({ type }) => type === "score-set")).toHaveLength(1);
});

test("what others think is not the rating of the person here", () => {
  const score = {
    thread_id: THREAD_ID,
    trace_id: traceIdOf(1),
    span_id: answer.id,
    name: "user-feedback",
    user_id: "gpt-5",
    source: "judge",
    type: "boolean",
    value: 1,
    label: "",
    comment: "",
    reasons: [],
    metadata: {},
    updated_us: 0,
  } as const;
  setUp({ turns: [turnOf(1, 0)], scores: [{ ...score, reasons: [] }] });
  expect(screen.getByRole("button", { name: "Good answer" }).getAttribute("aria-pressed")).toBe(
    "false",
  );
});

test("an app can do without thumbs", () => {
  setUp({ turns: [turnOf(1, 0)] }, [{ ...THUMBS, ask: "none" }]);
  expect(screen.queryByRole("button", { name: "Good answer" })).toBeNull();
  expect(screen.getByRole("button", { name: "Copy answer" })).toBeTruthy();
});

test("a running answer is busy and cannot be rated", () => {
  setUp({
    turns: [turnOf(1, 0, { status: "running", end_us: null })],
    messages: [question, { ...answer, status: "running", end_us: null }],
  });
  expect(screen.getByRole("article", { name: "Answer by Assistant" }).ariaBusy ?? "true").toBe(
    "true",
  );
  expect(screen.queryByRole("button", { name: "Good answer" })).toBeNull();
});

test.each([
  ["cancelled", "Stopped by you."],
  ["error", "The app failed while it was answering."],
  ["abandoned", "The server stopped before this answer was finished."],
] as const)("a turn that was %s says so", (status, words) => {
  setUp({ turns: [turnOf(1, 0, { status })] });
  expect(screen.getByText(words)).toBeTruthy();
});

test("an error that the app has told is not told twice", () => {
  setUp({
    turns: [turnOf(1, 0, { status: "error" })],
    messages: [question, { ...answer, text: "It broke.", is_error: true, status: "error" }],
  });
  expect(
    within(screen.getByRole("article", { name: "Error" })).getByText("It broke."),
  ).toBeTruthy();
  expect(screen.queryByText("The app failed while it was answering.")).toBeNull();
  expect(screen.queryByRole("button", { name: "Good answer" })).toBeNull();
});

test.each(["cancelled", "error", "abandoned"] as const)(
  "the question of a turn that was %s is asked again",
  async (status) => {
    const { user, transport } = setUp({ turns: [turnOf(1, 0, { status })] });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(transport.commands.at(-1)).toMatchObject({ type: "message-send", text: "Why?" });
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  },
);

test("the trace of a failed turn opens at the span that failed", async () => {
  const turn = turnOf(1, 0, { status: "error" });
  const { user } = setUp({ turns: [turn] });
  await user.click(screen.getByRole("button", { name: "Show trace" }));
  expect(onShowTrace).toHaveBeenCalledWith(traceIdOf(1), turn.span_id);
});

test("a question whose text has expired says so", () => {
  renderPlayed([], () => <UserBubble text="" />);
  expect(screen.getByRole("article", { name: "You said" }).textContent).toBe("No text is kept.");
});
