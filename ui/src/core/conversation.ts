import { createStore, type StoreApi } from "zustand/vanilla";
import type { TraceStore } from "@/trace/store";
import type { Channel, NewCommand } from "./channel";
import {
  type ConversationState,
  emptyState,
  fromSnapshot,
  type PendingMessage,
  reduce,
  type ScoreKey,
  scoreKey,
} from "./conversationState";
import { getOrCreate } from "./getOrCreate";
import { uuid } from "./ids";
import type { PendingStorage } from "./pendingStorage";
import type { Command, Frame, LiveEvent, ScoreView, Snapshot, SpanView } from "./protocol";
import { TextBuffer } from "./textBuffer";
import { TraceBook, type TraceCoverage } from "./traceBook";

const REOPEN_AFTER_MS = 1_000;

/** What the person here thinks of something; `user_id` is theirs. */
export type OwnScore = Omit<ScoreView, "thread_id" | "source" | "metadata" | "updated_us">;

type ScoreTarget = Pick<
  Extract<Command, { type: "score-remove" }>,
  "thread_id" | "trace_id" | "span_id" | "name"
>;

/**
 * One thread as it lives in this page: frames in, commands out.
 *
 * `store` holds the structure (immutable, replaced on change); texts and traces grow in place
 * and have their own subscribers, so that a token never re-renders a list.
 */
export class Conversation {
  readonly store: StoreApi<ConversationState>;
  readonly #channel: Channel;
  readonly #onOpened: () => void;
  readonly #texts = new Map<string, TextBuffer>();
  readonly #traces = new TraceBook();
  readonly #inFlight = new Set<string>();
  #id: string | null;
  #isNew: boolean;
  #epoch: string | null = null;
  #seq = -1;
  #opening: Promise<void> | null = null;
  #reopenTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * With `id` null a new thread begins when the conversation is opened. `onOpened` is called each
   * time the server has accepted that, and `id` is known.
   */
  constructor(
    id: string | null,
    channel: Channel,
    storage: PendingStorage,
    onOpened: () => void = () => {},
  ) {
    this.#id = id;
    this.#onOpened = onOpened;
    this.#isNew = id === null;
    this.#channel = channel;
    this.store = createStore(() => ({ ...emptyState, pending: storage.load(id) }));
    this.store.subscribe((state, previous) => {
      if (state.pending !== previous.pending) storage.save(this.#id, state.pending);
    });
  }

  /** Id of the thread; null until the server has given one. */
  get id(): string | null {
    return this.#id;
  }

  get seq(): number {
    return this.#seq;
  }

  get epoch(): string | null {
    return this.#epoch;
  }

  /** The text of a message, whole and live. */
  text(messageId: string): TextBuffer {
    return getOrCreate(this.#texts, messageId, () => new TextBuffer());
  }

  /** The spans of a turn. They may have to be fetched: see `coverage`. */
  trace(traceId: string): TraceStore {
    return this.#traces.store(traceId);
  }

  coverage(traceId: string): TraceCoverage {
    return this.#traces.coverage(traceId);
  }

  /** Take over all spans of a finished turn, fetched from the server. */
  fillTrace(traceId: string, spans: SpanView[]): void {
    this.#traces.fill(traceId, spans);
  }

  /** Subscribe at the server, from where this copy is. Again is harmless: it catches up. */
  open(): Promise<void> {
    this.#opening ??= this.#subscribe().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#reopenTimer);
    if (this.#id === null) return;
    this.#channel.sendNow({ type: "thread-close", thread_id: this.#id }).catch(() => {
      // A connection that is gone has no subscriptions.
    });
  }

  /** Apply what the server says; opens again when something before `frame` is missing. */
  receive(frame: Frame): void {
    if (frame.snapshot) {
      this.#restore(frame.snapshot);
    } else if (frame.epoch !== this.#epoch || frame.prev_seq !== this.#seq) {
      if (frame.epoch !== this.#epoch || frame.seq > this.#seq) void this.open();
      return;
    }
    this.#epoch = frame.epoch;
    this.#seq = frame.seq;
    if (!this.#applyAll(frame.events)) this.#startOver();
    if (frame.snapshot) this.#deliverPending();
  }

  /** Send a message. It is shown at once, and kept until the server shows it back. */
  send(text: string): void {
    const message: PendingMessage = { commandId: uuid(), text, state: "sending" };
    this.store.setState((state) => ({ pending: [...state.pending, message] }));
    this.#deliverPending();
  }

  /** Send a failed message again. */
  retry(commandId: string): void {
    const text = this.#pending(commandId)?.text;
    this.discard(commandId);
    if (text !== undefined) this.send(text);
  }

  /** Forget a message that was not sent. */
  discard(commandId: string): void {
    this.store.setState((state) => ({
      pending: state.pending.filter((message) => message.commandId !== commandId),
    }));
  }

  /** Stop the running turn; messages that wait behind it are given back as failed with `reason`. */
  async stop(reason: string): Promise<void> {
    if (this.#id === null) return;
    this.store.setState({ stopping: true });
    const waiting = this.store.getState().pending.map((message) => message.commandId);
    const { error } = await this.#channel.send({ type: "turn-stop", thread_id: this.#id });
    if (error) this.store.setState({ stopping: false });
    else for (const commandId of waiting) this.#setPending(commandId, "failed", reason);
  }

  /** @throws Error with the server's words if it refuses. */
  async rename(name: string): Promise<void> {
    const { thread } = this.store.getState();
    if (!thread) return;
    this.store.setState({ thread: { ...thread, name } });
    const { error } = await this.#channel.send({
      type: "thread-rename",
      thread_id: thread.id,
      name,
    });
    if (!error) return;
    this.store.setState({ thread });
    throw new Error(error.message);
  }

  /**
   * Give a score of the person here, replacing their earlier one. Shown at once.
   *
   * @throws Error with the server's words if it refuses; the earlier one is back then.
   */
  async setScore(score: OwnScore): Promise<void> {
    const { value, label, comment, reasons } = score;
    await this.#changeScore(score, score, (target) => ({
      type: "score-set",
      ...target,
      value,
      label,
      comment,
      reasons,
    }));
  }

  /**
   * Take a score of the person here back. Gone at once.
   *
   * @throws Error with the server's words if it refuses; the score is back then.
   */
  async removeScore(score: ScoreKey): Promise<void> {
    await this.#changeScore(score, null, (target) => ({ type: "score-remove", ...target }));
  }

  async #changeScore(
    key: ScoreKey,
    score: OwnScore | null,
    command: (target: ScoreTarget) => NewCommand,
  ): Promise<void> {
    if (this.#id === null) return;
    const thread_id = this.#id;
    const before = this.store.getState().scores[scoreKey(key)] ?? null;
    const facts = {
      thread_id,
      source: "user",
      metadata: {},
      updated_us: Date.now() * 1_000,
    } as const;
    this.#showScore(key, score && { ...score, ...facts });
    try {
      const { error } = await this.#channel.send(
        command({
          thread_id,
          trace_id: key.trace_id || null,
          span_id: key.span_id || null,
          name: key.name,
        }),
      );
      if (error) throw new Error(error.message);
    } catch (error) {
      this.#showScore(key, before);
      throw error;
    }
  }

  async #subscribe(): Promise<void> {
    let reply: Awaited<ReturnType<Channel["sendNow"]>>;
    try {
      reply = await this.#channel.sendNow({
        type: "thread-open",
        thread_id: this.#id,
        epoch: this.#epoch,
        last_seq: this.#epoch === null ? null : this.#seq,
      });
    } catch {
      // Without a connection this fails again at once, and the session opens when there is one.
      this.#reopenSoon();
      return;
    }
    if (reply.error) {
      this.#refused();
    } else {
      this.#id = String(reply.result.thread_id);
      this.#onOpened();
    }
  }

  #refused(): void {
    if (this.#isNew && this.store.getState().messageOrder.length === 0) {
      // The server restarted before it had anything of this thread to remember.
      this.#id = null;
      this.#epoch = null;
      this.#reopenSoon();
    } else {
      this.store.setState({ phase: "unknown-thread" });
    }
  }

  #reopenSoon(): void {
    clearTimeout(this.#reopenTimer);
    if (this.#closed) return;
    this.#reopenTimer = setTimeout(() => void this.open(), REOPEN_AFTER_MS);
  }

  /** Ask for a snapshot: what is here does not fit what the server says. */
  #startOver(): void {
    this.#epoch = null;
    this.#seq = -1;
    void this.open();
  }

  #restore(snapshot: Snapshot): void {
    this.store.setState((state) => fromSnapshot(state, snapshot), true);
    for (const message of snapshot.messages) this.text(message.id).replace(message.text);
    this.#traces.restore(snapshot);
  }

  #applyAll(events: LiveEvent[]): boolean {
    const before = this.store.getState();
    let state = before;
    let whole = true;
    for (const event of events) {
      this.#adoptText(state, event);
      state = reduce(state, event);
      this.#traces.apply(event);
      whole = this.#applyToText(state, event) && whole;
    }
    if (state !== before) this.store.setState(state, true);
    return whole;
  }

  /** The server's copy of an own message starts empty; the person keeps seeing what they wrote. */
  #adoptText(state: ConversationState, event: LiveEvent): void {
    if (event.type !== "span-start" || !event.span.message?.command_id) return;
    const commandId = event.span.message.command_id;
    const own = state.pending.find((message) => message.commandId === commandId);
    const buffer = this.text(event.span.span_id);
    if (own && buffer.text === "") buffer.replace(own.text);
  }

  #applyToText(state: ConversationState, event: LiveEvent): boolean {
    switch (event.type) {
      case "span-delta":
        if (event.field !== "output" || !state.messages[event.span_id]) return true;
        return this.text(event.span_id).append(event.text, event.offset);
      case "span-set":
      case "span-end":
        if (event.message) this.text(event.message.id).replace(event.message.text);
        return true;
      case "span-remove":
        this.#texts.delete(event.span_id);
        return true;
      default:
        return true;
    }
  }

  #deliverPending(): void {
    if (this.#id === null || this.store.getState().phase !== "ready") return;
    for (const message of this.store.getState().pending) {
      if (message.state !== "failed") void this.#deliver(this.#id, message);
    }
  }

  async #deliver(threadId: string, { commandId, text }: PendingMessage): Promise<void> {
    if (this.#inFlight.has(commandId)) return;
    this.#inFlight.add(commandId);
    try {
      const { error } = await this.#channel.send(
        { type: "message-send", thread_id: threadId, text },
        commandId,
      );
      // A thread that got a new id meanwhile (see #refused) delivers again when it is open.
      if (this.#id !== threadId) return;
      if (error) this.#setPending(commandId, "failed", error.message);
      else this.#setPending(commandId, "accepted");
    } catch (error) {
      this.#setPending(commandId, "failed", (error as Error).message);
    } finally {
      this.#inFlight.delete(commandId);
    }
  }

  #pending(commandId: string): PendingMessage | undefined {
    return this.store.getState().pending.find((message) => message.commandId === commandId);
  }

  #setPending(commandId: string, state: PendingMessage["state"], error?: string): void {
    if (!this.#pending(commandId)) return;
    this.store.setState(({ pending }) => ({
      pending: pending.map((message) =>
        message.commandId === commandId
          ? { ...message, state, ...(error === undefined ? {} : { error }) }
          : message,
      ),
    }));
  }

  #showScore({ trace_id, span_id, user_id, name }: ScoreKey, score: ScoreView | null): void {
    const event: LiveEvent = score
      ? { type: "score-set", score }
      : { type: "score-remove", trace_id, span_id, user_id, name };
    this.store.setState((state) => reduce(state, event), true);
  }
}
