import { type Channel, type NewCommand, Unanswered } from "./channel";
import { uuid } from "./ids";
import type { Command, Reply } from "./protocol";

/** Hands a command to the wire and calls back with the reply, or with null if none came. */
export type Emit = (command: Command, done: (reply: Reply | null) => void) => void;

/** A server that is connected but answers nothing this often is taken to be broken. */
const MAX_ATTEMPTS = 5;

interface Entry {
  readonly command: Command;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Unanswered) => void;
  readonly keep: boolean;
  attempts: number;
}

/** The commands that have no reply yet, in the order in which they were given. */
export class Outbox implements Channel {
  readonly #emit: Emit;
  readonly #entries = new Set<Entry>();
  #online = false;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  send(command: NewCommand, id: string = uuid()): Promise<Reply> {
    return this.#put({ ...command, id } as Command, true);
  }

  sendNow(command: NewCommand): Promise<Reply> {
    if (!this.#online) return Promise.reject(new Unanswered("There is no connection."));
    return this.#put({ ...command, id: uuid() } as Command, false);
  }

  /** A connection is there: what `first` sends goes out, then everything without a reply. */
  goOnline(first: () => void): void {
    const waiting = [...this.#entries];
    this.#online = true;
    first();
    for (const entry of waiting) this.#attempt(entry);
  }

  /** The connection is gone: commands that belong to it fail, the others wait. */
  goOffline(): void {
    this.#online = false;
    for (const entry of this.#entries) {
      entry.attempts = 0;
      if (!entry.keep) this.#fail(entry, "The connection was lost.");
    }
  }

  #put(command: Command, keep: boolean): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const entry: Entry = { command, resolve, reject, keep, attempts: 0 };
      this.#entries.add(entry);
      if (this.#online) this.#attempt(entry);
    });
  }

  #attempt(entry: Entry): void {
    entry.attempts += 1;
    this.#emit(entry.command, (reply) => {
      if (!this.#entries.has(entry)) return;
      if (reply) {
        this.#entries.delete(entry);
        entry.resolve(reply);
      } else if (this.#online) {
        if (entry.attempts >= MAX_ATTEMPTS || !entry.keep) {
          this.#fail(entry, "The server did not answer.");
        } else {
          this.#attempt(entry);
        }
      }
    });
  }

  #fail(entry: Entry, message: string): void {
    this.#entries.delete(entry);
    entry.reject(new Unanswered(message));
  }
}
