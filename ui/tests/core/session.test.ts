import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PendingMessage } from "@/core/conversationState";
import { FakeTransport } from "@/core/fakeTransport";
import { Session } from "@/core/session";
import { eventFrame, snapshotFrame, THREAD, THREAD_ID } from "@/gallery/scenario";
import { FakeServer } from "../support/fakeServer";
import { EVENTS, snapshotAfter } from "../support/recording";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const noStorage = { load: () => [], save() {} };

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(2_000);
}

test("the frame of a new thread may come before its id", async () => {
  const transport = new FakeTransport((command) => {
    if (command.type !== "thread-open") return undefined;
    transport.play(snapshotFrame({}));
    return { error: null, result: { thread_id: THREAD_ID, epoch: "recorded" } };
  });
  const session = new Session(transport, noStorage);
  session.start();
  const fresh = session.newConversation();
  await settle();
  expect(fresh.id).toBe(THREAD_ID);
  expect(fresh.store.getState().phase).toBe("ready");
  expect(session.newConversation()).toBe(fresh);
  expect(session.conversation(THREAD_ID)).toBe(fresh);
  expect(session.newConversation()).not.toBe(fresh);
});

test("a thread that does not exist says so", async () => {
  const transport = new FakeTransport((command) =>
    command.type === "thread-open"
      ? { error: { code: "unknown-thread", message: "No such thread." }, result: {} }
      : undefined,
  );
  const session = new Session(transport, noStorage);
  session.start();
  const conversation = session.conversation(THREAD_ID);
  await settle();
  expect(conversation.store.getState().phase).toBe("unknown-thread");
});

test("a new thread that a restarted server has forgotten begins again, with its message", async () => {
  let known = true;
  const other = "019a9f00-0000-7000-8000-000000000002";
  const transport = new FakeTransport((command) => {
    if (command.type !== "thread-open") return undefined;
    if (command.thread_id && !known) {
      return { error: { code: "unknown-thread", message: "No such thread." }, result: {} };
    }
    const id = known ? THREAD_ID : other;
    queueMicrotask(() => transport.play({ ...snapshotFrame({}), thread_id: id }));
    return { error: null, result: { thread_id: id } };
  });
  const session = new Session(transport, noStorage);
  session.start();
  const fresh = session.newConversation();
  await settle();
  transport.goOffline();
  fresh.send("Hello");
  known = false;
  transport.goOnline();
  await settle();
  expect(fresh.id).toBe(other);
  const sends = transport.commands.filter((command) => command.type === "message-send");
  expect(sends.at(-1)).toMatchObject({ thread_id: other, text: "Hello" });
});

test("after an interruption it is known how much was missed", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const session = new Session(server.transport, noStorage);
  session.start();
  session.conversation(THREAD_ID);
  await settle();
  server.transport.goOffline();
  expect(session.connection.getState().state).toBe("offline");
  server.happen(...EVENTS.slice(0, 7));
  server.transport.goOnline();
  await settle();
  expect(session.connection.getState()).toEqual({ state: "online", caughtUp: 7 });
});

test("messages that were never shown back are sent after a reload", async () => {
  const waiting: PendingMessage[] = [{ commandId: "c7", text: "Hello", state: "accepted" }];
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const session = new Session(server.transport, { load: () => waiting, save() {} });
  session.start();
  session.conversation(THREAD_ID);
  await settle();
  expect(server.transport.commands).toContainEqual({
    type: "message-send",
    id: "c7",
    thread_id: THREAD_ID,
    text: "Hello",
  });
});

test("changes of any thread are told to lists", async () => {
  const transport = new FakeTransport();
  const session = new Session(transport, noStorage);
  const told = vi.fn();
  session.onThread(told);
  session.start();
  transport.play(
    eventFrame(1, [
      { type: "thread-set", thread: THREAD },
      { type: "thread-remove", thread_id: THREAD_ID },
    ]),
  );
  expect(told.mock.calls).toEqual([[{ set: THREAD }], [{ removed: THREAD_ID }]]);
});

test("idle threads are closed, the latest stay", async () => {
  const transport = new FakeTransport();
  const session = new Session(transport, noStorage);
  session.start();
  const ids = Array.from({ length: 6 }, (_, index) => THREAD_ID.replace(/1$/, String(index)));
  for (const id of ids) session.conversation(id);
  const closed = transport.commands.filter((command) => command.type === "thread-close");
  expect(closed.map((command) => "thread_id" in command && command.thread_id)).toEqual(
    ids.slice(0, 2),
  );
});
