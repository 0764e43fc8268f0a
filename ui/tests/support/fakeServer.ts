import { FakeTransport } from "@/core/fakeTransport";
import type { Command, Frame, LiveEvent, Reply, Snapshot } from "@/core/protocol";

/**
 * The server's half of the protocol for one thread: numbered events, a ring of the last ones,
 * a snapshot for whoever has seen less.
 */
export class FakeServer {
  readonly transport: FakeTransport;
  readonly #snapshotAfter: (events: readonly LiveEvent[]) => Snapshot;
  readonly #threadId: string;
  readonly #ringSize: number;
  readonly #epoch: string;
  #events: LiveEvent[] = [];
  #sentUpTo = 0;

  constructor(
    threadId: string,
    snapshotAfter: (events: readonly LiveEvent[]) => Snapshot,
    options: { ringSize?: number; epoch?: string } = {},
  ) {
    this.#threadId = threadId;
    this.#snapshotAfter = snapshotAfter;
    this.#ringSize = options.ringSize ?? Number.POSITIVE_INFINITY;
    this.#epoch = options.epoch ?? "e1";
    this.transport = new FakeTransport((command) => this.#answer(command));
  }

  /** Something happened; nobody is told yet. */
  happen(...events: LiveEvent[]): void {
    this.#events.push(...events);
  }

  /** The frame with everything since the last one. */
  nextFrame(): Frame {
    const frame = this.#frame(this.#sentUpTo, this.#events.length);
    this.#sentUpTo = this.#events.length;
    return frame;
  }

  #answer(command: Command): Omit<Reply, "id"> | undefined {
    if (command.type !== "thread-open") return undefined;
    const frame = this.#catchUp(command.epoch, command.last_seq);
    this.#sentUpTo = this.#events.length;
    queueMicrotask(() => this.transport.play(frame));
    return { error: null, result: { thread_id: this.#threadId, epoch: this.#epoch } };
  }

  #catchUp(epoch: string | null, lastSeq: number | null): Frame {
    const seq = this.#events.length;
    const inRing = lastSeq !== null && seq - lastSeq <= this.#ringSize;
    if (epoch === this.#epoch && inRing) return this.#frame(lastSeq, seq);
    return {
      thread_id: this.#threadId,
      epoch: this.#epoch,
      prev_seq: seq,
      seq,
      snapshot: this.#snapshotAfter(this.#events),
      events: [],
    };
  }

  #frame(from: number, to: number): Frame {
    return {
      thread_id: this.#threadId,
      epoch: this.#epoch,
      prev_seq: from,
      seq: to,
      snapshot: null,
      events: this.#events.slice(from, to),
    };
  }
}
