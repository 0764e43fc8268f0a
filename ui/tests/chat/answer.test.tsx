import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Turn } from "@/chat/Turn";
import type { Snapshot } from "@/core/protocol";
import { messageOf, snapshotFrame, traceIdOf, turnOf } from "@/gallery/scenario";
import { renderPlayed } from "../support/render";

const question = messageOf(1, "10", "user", "Why?", 0);
const answer = messageOf(1, "11", "assistant", "Because.", 1);

const onShowTrace = vi.fn();

function setUp(snapshot: Partial<Snapshot>) {
  const messages = snapshot.messages ?? [question, answer];
  const ids = (role: string) =>
    messages
      .filter((message) => (message.role === "user") === (role === "user"))
      .map(({ id }) => id)
      .join(" ");
  return renderPlayed([snapshotFrame({ messages, ...snapshot })], (conversation) => (
    <Turn
      conversation={conversation}
      traceId={traceIdOf(1)}
      questions={ids("user")}
      answers={ids("assistant")}
      strip={false}
      pressed={false}
      onShowTrace={onShowTrace}
    />
  ));
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
