import type { Command, Reply } from "./protocol";

type WithoutId<C> = C extends { id: string } ? Omit<C, "id"> : never;

/** A command before it gets its id. */
export type NewCommand = WithoutId<Command>;

/** No reply came: the connection broke, or the server stayed silent. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** How a conversation speaks to the server. */
export interface Channel {
  /**
   * Carry out `command`, over as many connections as it takes: the server does it once, by `id`.
   *
   * @throws Unanswered if the server was reachable and stayed silent for too long.
   */
  send(command: NewCommand, id?: string): Promise<Reply>;

  /**
   * Carry out `command` on the present connection only.
   *
   * @throws Unanswered if there is none, or it breaks first.
   */
  sendNow(command: NewCommand): Promise<Reply>;
}
