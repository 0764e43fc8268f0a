import { type NewCommand, Unanswered } from "./channel";
import { uuid } from "./ids";
import type { Command, Frame, Reply, ServerStatus } from "./protocol";
import type { Transport, TransportEvents } from "./transport";

/** Answers commands in the place of a server. */
export type Answer = (command: Command) => Omit<Reply, "id"> | undefined;

/** A line to nowhere that plays recorded frames: for the gallery and for tests. */
export class FakeTransport implements Transport {
  /** What was sent, in order. */
  readonly commands: Command[] = [];
  readonly #answer: Answer;
  #events: TransportEvents | null = null;
  #online = false;

  constructor(answer: Answer = () => undefined) {
    this.#answer = answer;
  }

  connect(events: TransportEvents): void {
    this.#events = events;
    this.goOnline();
  }

  close(): void {
    this.#events = null;
  }

  goOnline(): void {
    this.#online = true;
    this.#events?.online();
  }

  goOffline(): void {
    this.#online = false;
    this.#events?.offline();
  }

  /** Let the server say something. */
  play(...frames: Frame[]): void {
    for (const frame of frames) this.#events?.frame(frame);
  }

  report(status: ServerStatus): void {
    this.#events?.status(status);
  }

  send(command: NewCommand, id: string = uuid()): Promise<Reply> {
    const full = { ...command, id } as Command;
    this.commands.push(full);
    return Promise.resolve({ error: null, result: {}, ...this.#answer(full), id });
  }

  sendNow(command: NewCommand): Promise<Reply> {
    if (!this.#online) return Promise.reject(new Unanswered("There is no connection."));
    return this.send(command);
  }
}
