import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Conversation } from "@/core/conversation";
import type { Frame } from "@/core/protocol";
import { Session } from "@/core/session";
import { THREAD_ID, traceIdOf } from "@/gallery/scenario";
import { FakeServer } from "../support/fakeServer";
import { EVENTS, snapshotAfter } from "../support/recording";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const noStorage = { load: () => [], save() {} };

async function open(server: FakeServer): Promise<Conversation> {
  const session = new Session(server.transport, noStorage);
  session.start();
  const conversation = session.conversation(THREAD_ID);
  await settle();
  return conversation;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(2_000);
}

function shown(conversation: Conversation) {
  const state = conversation.store.getState();
  const trace = conversation.trace(traceIdOf(1));
  trace.flush();
  return {
    ...state,
    texts: state.messageOrder.map((id) => conversation.text(id).text),
    spans: trace.views
      .filter(Boolean)
      .map(({ span_id, status, end_us }) => ({
        span_id,
        status,
        end_us,
      }))
      .sort((a, b) => a.span_id.localeCompare(b.span_id)),
  };
}

async function shownAfterEventByEvent() {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  for (const event of EVENTS) {
    server.happen(event);
    server.transport.play(server.nextFrame());
  }
  return shown(conversation);
}

/** What the line does to the frames: nothing, say one twice, lose it, bring it late, break. */
const accident = fc.constantFrom("none", "none", "none", "twice", "lost", "late", "drop");
const schedule = fc.array(fc.record({ size: fc.integer({ min: 1, max: 8 }), accident }), {
  minLength: EVENTS.length,
  maxLength: EVENTS.length,
});

test("frames cut, doubled, lost or out of order give the same state", async () => {
  const expected = await shownAfterEventByEvent();
  await fc.assert(
    fc.asyncProperty(schedule, fc.integer({ min: 0, max: 40 }), async (steps, ringSize) => {
      const server = new FakeServer(THREAD_ID, snapshotAfter, { ringSize });
      const conversation = await open(server);
      const late: Frame[] = [];
      let next = 0;
      for (const step of steps) {
        server.happen(...EVENTS.slice(next, next + step.size));
        next += step.size;
        if (step.accident === "drop") server.transport.goOffline();
        const frame = server.nextFrame();
        if (step.accident === "late") late.push(frame);
        else if (step.accident !== "lost" && step.accident !== "drop") server.transport.play(frame);
        if (step.accident === "twice") server.transport.play(frame);
        if (step.accident === "drop") server.transport.goOnline();
        else if (late.length > 1) server.transport.play(...late.splice(0).reverse());
        await settle();
      }
      server.transport.goOffline();
      server.transport.goOnline();
      await settle();
      const { spans: _, ...rest } = shown(conversation);
      const { spans: __, ...wanted } = expected;
      expect(rest).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

test("without a lost trace the spans are the same as well", async () => {
  const expected = await shownAfterEventByEvent();
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  server.happen(...EVENTS.slice(0, 9));
  server.transport.play(server.nextFrame());
  server.happen(...EVENTS.slice(9, 20));
  server.nextFrame();
  server.happen(...EVENTS.slice(20));
  server.transport.play(server.nextFrame());
  await settle();
  expect(shown(conversation)).toEqual(expected);
  expect(conversation.coverage(traceIdOf(1))).toBe("complete");
});

test("a trace that ended unseen has to be fetched", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter, { ringSize: 0 });
  const conversation = await open(server);
  server.happen(...EVENTS.slice(0, 9));
  server.transport.play(server.nextFrame());
  expect(conversation.coverage(traceIdOf(1))).toBe("live");
  server.happen(...EVENTS.slice(9));
  server.nextFrame();
  server.transport.goOffline();
  server.transport.goOnline();
  await settle();
  expect(conversation.coverage(traceIdOf(1))).toBe("none");
});

test("an own message is shown at once, and once", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  conversation.send("What was Q3 revenue?");
  const [own] = conversation.store.getState().pending;
  expect(own).toMatchObject({ text: "What was Q3 revenue?", state: "sending" });
  await settle();
  expect(conversation.store.getState().pending[0]?.state).toBe("accepted");

  const [turnStart, spanStart] = structuredClone(EVENTS);
  if (spanStart?.type !== "span-start" || !spanStart.span.message || !turnStart || !own) {
    throw new Error("the recording does not begin with a question");
  }
  spanStart.span.message.command_id = own.commandId;
  server.happen(turnStart, spanStart);
  server.transport.play(server.nextFrame());

  const { pending, messageOrder } = conversation.store.getState();
  expect(pending).toEqual([]);
  expect(messageOrder.map((id) => conversation.text(id).text)).toEqual(["What was Q3 revenue?"]);
});

test("a message that the server refuses can be sent again", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  const refuse = vi.spyOn(server.transport, "send").mockResolvedValueOnce({
    id: null,
    error: { code: "too-many", message: "20 messages wait already." },
    result: {},
  });
  conversation.send("Hello");
  await settle();
  const [failed] = conversation.store.getState().pending;
  expect(failed).toMatchObject({ state: "failed", error: "20 messages wait already." });
  refuse.mockRestore();
  conversation.retry(failed?.commandId ?? "");
  await settle();
  expect(conversation.store.getState().pending).toMatchObject([
    { text: "Hello", state: "accepted" },
  ]);
});

test("stopping gives queued messages back", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  server.happen(...EVENTS.slice(0, 1));
  server.transport.play(server.nextFrame());
  conversation.send("And then?");
  await settle();
  const stopped = conversation.stop("The run was stopped.");
  expect(conversation.store.getState().stopping).toBe(true);
  await stopped;
  expect(conversation.store.getState().pending).toMatchObject([
    { state: "failed", error: "The run was stopped." },
  ]);
});

test("feedback that the server refuses is taken back", async () => {
  const server = new FakeServer(THREAD_ID, snapshotAfter);
  const conversation = await open(server);
  vi.spyOn(server.transport, "send").mockResolvedValueOnce({
    id: null,
    error: { code: "unknown-span", message: "There is no such answer." },
    result: {},
  });
  const rated = conversation.setScore({
    trace_id: traceIdOf(1),
    span_id: "ff",
    name: "user-feedback",
    user_id: "u1",
    type: "boolean",
    value: 1,
    label: "",
    comment: "",
    reasons: [],
  });
  expect(Object.values(conversation.store.getState().scores)).toMatchObject([{ value: 1 }]);
  await expect(rated).rejects.toThrow("There is no such answer.");
  expect(conversation.store.getState().scores).toEqual({});
});
