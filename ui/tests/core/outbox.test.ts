import { expect, test } from "vitest";
import { Unanswered } from "@/core/channel";
import { Outbox } from "@/core/outbox";
import type { Command, Reply } from "@/core/protocol";

const THREAD = "019a9f00-0000-7000-8000-000000000001";

function setUp() {
  const sent: { command: Command; done: (reply: Reply | null) => void }[] = [];
  const outbox = new Outbox((command, done) => sent.push({ command, done }));
  const reply = (index: number) =>
    sent[index]?.done({ id: sent[index].command.id, error: null, result: {} });
  return { sent, outbox, reply };
}

test("commands wait for a connection and go out in order", async () => {
  const { sent, outbox, reply } = setUp();
  const first = outbox.send({ type: "turn-stop", thread_id: THREAD });
  const second = outbox.send({ type: "message-send", thread_id: THREAD, text: "Hello" });
  expect(sent).toHaveLength(0);
  outbox.goOnline(() => {});
  expect(sent.map(({ command }) => command.type)).toEqual(["turn-stop", "message-send"]);
  reply(0);
  reply(1);
  await expect(Promise.all([first, second])).resolves.toHaveLength(2);
});

test("what has no reply is sent again under the same id", async () => {
  const { sent, outbox, reply } = setUp();
  outbox.goOnline(() => {});
  const answered = outbox.send({ type: "turn-stop", thread_id: THREAD });
  outbox.goOffline();
  outbox.goOnline(() => {});
  expect(sent).toHaveLength(2);
  expect(sent[1]?.command.id).toBe(sent[0]?.command.id);
  reply(1);
  reply(0);
  await expect(answered).resolves.toMatchObject({ error: null });
});

test("threads are opened before old commands go out", () => {
  const { sent, outbox } = setUp();
  void outbox.send({ type: "turn-stop", thread_id: THREAD });
  outbox.goOnline(() => {
    void outbox.sendNow({ type: "thread-open", thread_id: THREAD, epoch: null, last_seq: null });
  });
  expect(sent.map(({ command }) => command.type)).toEqual(["thread-open", "turn-stop"]);
});

test("what belongs to one connection fails with it", async () => {
  const { outbox } = setUp();
  await expect(outbox.sendNow({ type: "thread-close", thread_id: THREAD })).rejects.toThrow(
    Unanswered,
  );
  outbox.goOnline(() => {});
  const closed = outbox.sendNow({ type: "thread-close", thread_id: THREAD });
  outbox.goOffline();
  await expect(closed).rejects.toThrow("The connection was lost.");
});

test("a silent server is given up after five attempts", async () => {
  const { sent, outbox } = setUp();
  outbox.goOnline(() => {});
  const answered = outbox.send({ type: "turn-stop", thread_id: THREAD });
  for (let attempt = 0; attempt < 5; attempt += 1) sent[attempt]?.done(null);
  await expect(answered).rejects.toThrow("The server did not answer.");
  expect(sent).toHaveLength(5);
});
