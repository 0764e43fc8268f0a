import { createStore, type StoreApi } from "zustand/vanilla";
import { Conversation } from "./conversation";
import { isRunning } from "./conversationState";
import type { PendingStorage } from "./pendingStorage";
import type { Frame, LiveEvent, ServerStatus, ThreadView } from "./protocol";
import type { Transport } from "./transport";

/** How many idle threads stay subscribed, so that going back to them is instant. */
const KEEP_IDLE = 3;
/** Frames of a new thread may come before the reply that gives its id. */
const MAX_UNCLAIMED = 50;
/** When everything that was missed has surely come, after a thread was opened again. */
const CATCH_UP_MS = 250;

export interface ConnectionState {
  readonly state: "connecting" | "online" | "offline";
  /** Events that were missed while the line was down; null before the first interruption. */
  readonly caughtUp: number | null;
}

type ThreadListener = (change: { set: ThreadView } | { removed: string }) => void;

/** Everything live of this page: the line to the server and the conversations on it. */
export class Session {
  readonly connection: StoreApi<ConnectionState>;
  readonly status: StoreApi<ServerStatus | null>;
  readonly #transport: Transport;
  readonly #storage: PendingStorage;
  /** By use, the latest last. */
  readonly #conversations = new Map<string, Conversation>();
  readonly #threadListeners = new Set<ThreadListener>();
  #fresh: Conversation | null = null;
  #unclaimed: Frame[] = [];

  constructor(transport: Transport, storage: PendingStorage) {
    this.#transport = transport;
    this.#storage = storage;
    this.connection = createStore(() => ({ state: "connecting", caughtUp: null }));
    this.status = createStore(() => null);
  }

  start(): void {
    this.#transport.connect({
      online: () => void this.#online(),
      offline: () => this.#offline(),
      frame: (frame) => this.#receive(frame),
      status: (status) => this.status.setState(status, true),
    });
  }

  stop(): void {
    this.#transport.close();
  }

  /** The conversation of a thread, opened if it was not. */
  conversation(threadId: string): Conversation {
    if (this.#fresh?.id === threadId) this.#claimFresh(this.#fresh);
    const known = this.#conversations.get(threadId);
    const conversation = known ?? new Conversation(threadId, this.#transport, this.#storage);
    this.#conversations.delete(threadId);
    this.#conversations.set(threadId, conversation);
    if (!known) void conversation.open();
    this.#closeIdle(threadId);
    return conversation;
  }

  /** The conversation that nothing was said in yet; there is one at a time. */
  newConversation(): Conversation {
    this.#fresh ??= this.#begin();
    return this.#fresh;
  }

  /** Tell `listener` of threads that change or go away. */
  onThread(listener: ThreadListener): () => void {
    this.#threadListeners.add(listener);
    return () => this.#threadListeners.delete(listener);
  }

  /** Drop what is known of a thread that was deleted. */
  forget(threadId: string): void {
    this.#conversations.get(threadId)?.close();
    this.#conversations.delete(threadId);
  }

  #begin(): Conversation {
    const conversation = new Conversation(null, this.#transport, this.#storage, () =>
      this.#deliverUnclaimed(),
    );
    void conversation.open();
    return conversation;
  }

  /** The new conversation has become a thread like the others. */
  #claimFresh(conversation: Conversation): void {
    if (conversation.id === null) return;
    this.#conversations.set(conversation.id, conversation);
    this.#fresh = null;
  }

  async #online(): Promise<void> {
    const returning = this.connection.getState().state === "offline";
    this.connection.setState({ state: "online", caughtUp: null });
    const all = this.#all();
    const before = all.map(({ epoch, seq }) => ({ epoch, seq }));
    await Promise.all(all.map((conversation) => conversation.open()));
    if (!returning) return;
    await new Promise((resolve) => setTimeout(resolve, CATCH_UP_MS));
    const missed = all.map(({ epoch, seq }, index) => {
      const old = before[index];
      return old && old.epoch === epoch ? seq - old.seq : 0;
    });
    this.connection.setState({ caughtUp: missed.reduce((sum, count) => sum + count, 0) });
  }

  #offline(): void {
    if (this.connection.getState().state === "offline") return;
    this.connection.setState({ state: "offline", caughtUp: null });
  }

  #receive(frame: Frame): void {
    for (const event of frame.events) this.#announce(event);
    this.#deliver(frame);
  }

  #deliver(frame: Frame): void {
    const conversation = this.#all().find(({ id }) => id === frame.thread_id);
    if (conversation) conversation.receive(frame);
    else this.#unclaimed = [...this.#unclaimed, frame].slice(-MAX_UNCLAIMED);
  }

  #deliverUnclaimed(): void {
    const frames = this.#unclaimed;
    this.#unclaimed = [];
    for (const frame of frames) this.#deliver(frame);
  }

  #announce(event: LiveEvent): void {
    if (event.type === "thread-set") {
      for (const listener of this.#threadListeners) listener({ set: event.thread });
    } else if (event.type === "thread-remove") {
      for (const listener of this.#threadListeners) listener({ removed: event.thread_id });
    }
  }

  #all(): Conversation[] {
    return [...this.#conversations.values(), ...(this.#fresh ? [this.#fresh] : [])];
  }

  #closeIdle(inUse: string): void {
    const idle = [...this.#conversations].filter(
      ([id, conversation]) => id !== inUse && !isRunning(conversation.store.getState()),
    );
    for (const [id, conversation] of idle.slice(0, -KEEP_IDLE)) {
      conversation.close();
      this.#conversations.delete(id);
    }
  }
}
