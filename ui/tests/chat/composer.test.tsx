import { fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Composer } from "@/chat/Composer";
import { messageOf, snapshotFrame, THREAD_ID, turnOf } from "@/gallery/scenario";
import { renderPlayed } from "../support/render";

const idle = snapshotFrame({
  turns: [turnOf(1, 0)],
  messages: [messageOf(1, "10", "user", "What I said before", 0)],
});
const running = snapshotFrame({ turns: [turnOf(1, 0, { status: "running", end_us: null })] });

afterEach(() => localStorage.clear());

function setUp(frame = idle) {
  const view = renderPlayed([frame], (conversation) => (
    <Composer conversation={conversation} threadId={THREAD_ID} onSend={() => {}} />
  ));
  const box = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  const sent = () =>
    view.transport.commands.flatMap((command) =>
      command.type === "message-send" ? [command.text] : [],
    );
  return { ...view, box, sent };
}

test("Enter sends, Shift+Enter makes a new line", async () => {
  const { user, box, sent } = setUp();
  await user.type(box, "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(sent()).toEqual(["one\ntwo"]);
  expect(box.value).toBe("");
});

test("Enter that ends a composition does not send", async () => {
  const { user, box, sent } = setUp();
  await user.type(box, "にほん");
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
  expect(sent()).toEqual([]);
});

test("blank text is not sent", async () => {
  const { user, box, sent } = setUp();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
  await user.type(box, "  {Enter}");
  expect(sent()).toEqual([]);
});

test("too long a text says by how much", async () => {
  const { box, sent } = setUp();
  fireEvent.change(box, { target: { value: "x".repeat(100_003) } });
  expect(screen.getByRole("alert").textContent).toBe("3 characters too long");
  fireEvent.keyDown(box, { key: "Enter" });
  expect(sent()).toEqual([]);
});

test("the draft survives", async () => {
  const first = setUp();
  await first.user.type(first.box, "half a thought");
  first.unmount();
  expect(setUp().box.value).toBe("half a thought");
});

test("Up in an empty box brings the last message", async () => {
  const { user, box } = setUp();
  await user.type(box, "{ArrowUp}");
  expect(box.value).toBe("What I said before");
});

test("Stop takes the place of Send, which comes back to queue a text", async () => {
  const { user, box, transport } = setUp(running);
  expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
  await user.type(box, "next");
  expect(screen.getByRole("button", { name: "Send" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Stop" }));
  expect(transport.commands.at(-1)?.type).toBe("turn-stop");
});
