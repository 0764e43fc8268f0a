import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useAnnouncements, useProgressAnnouncements } from "@/chat/useAnnouncements";
import type { Conversation } from "@/core/conversation";
import { eventFrame, messageOf, snapshotFrame, spansOf, turnOf } from "@/gallery/scenario";
import { useAnnouncement } from "@/stores/announcer";
import { renderPlayed } from "../support/render";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function Listener({ conversation }: { conversation: Conversation }) {
  useAnnouncements(conversation);
  useProgressAnnouncements(conversation);
  return null;
}

const said = () => useAnnouncement.getState().text;

test("an answer is read once it is over, a step every five seconds, history never", async () => {
  const now = Date.now();
  const running = turnOf(1, now, { status: "running", end_us: null });
  const open = messageOf(1, "11", "assistant", "Beca", now, { status: "running", end_us: null });
  const history = messageOf(2, "12", "assistant", "Long ago.", now - 60_000);
  const { transport } = renderPlayed([], (conversation) => (
    <Listener conversation={conversation} />
  ));
  act(() =>
    transport.play(
      snapshotFrame({
        turns: [turnOf(2, now - 60_000), running],
        messages: [history, open],
        spans: spansOf(1, now, 100),
      }),
    ),
  );
  expect(said()).toBe("");
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(said()).toBe("Working: embed");

  const [span] = spansOf(1, now);
  if (!span) throw new Error("the recording has no spans");
  const answer = messageOf(1, "11", "assistant", "Because.", now);
  act(() =>
    transport.play(
      eventFrame(2, [{ type: "span-end", span: { ...span, span_id: answer.id }, message: answer }]),
    ),
  );
  expect(said()).toBe("Answer: Because.");
});
