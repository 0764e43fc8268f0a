import { io, type Socket } from "socket.io-client";
import type { Channel, NewCommand } from "./channel";
import { Outbox } from "./outbox";
import type { Frame, Reply, ServerStatus } from "./protocol";

/** How long a command may go unanswered on an open connection before it is sent again. */
const REPLY_TIMEOUT_MS = 10_000;

export interface TransportEvents {
  online(): void;
  offline(): void;
  frame(frame: Frame): void;
  status(status: ServerStatus): void;
}

/** The line to the server. Connects by itself, and again whenever the connection breaks. */
export interface Transport extends Channel {
  connect(events: TransportEvents): void;
  close(): void;
}

/**
 * Socket.IO over a websocket; `path` is where the server's socket is, with a leading slash.
 *
 * Nothing is left to Socket.IO's own buffer: it would send again what the server has had.
 */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  readonly #outbox: Outbox;

  constructor(path: string) {
    this.#socket = io({
      path,
      transports: ["websocket"],
      autoConnect: false,
      // A line that opens and says nothing is found out only by this.
      timeout: 5_000,
      reconnectionDelay: 250,
      reconnectionDelayMax: 5_000,
      withCredentials: true,
    });
    this.#outbox = new Outbox((command, done) => {
      this.#socket
        .timeout(REPLY_TIMEOUT_MS)
        .emit("command", command, (error: Error | null, reply: Reply) => {
          done(error ? null : reply);
        });
    });
  }

  connect(events: TransportEvents): void {
    this.#socket.on("frame", (frame: Frame) => events.frame(frame));
    this.#socket.on("status", (status: ServerStatus) => events.status(status));
    this.#socket.on("connect", () => this.#outbox.goOnline(() => events.online()));
    this.#socket.on("disconnect", (reason) => {
      this.#outbox.goOffline();
      events.offline();
      // Socket.IO takes this one for a wish never to come back; for us it is a stalled client.
      if (reason === "io server disconnect") this.#socket.connect();
    });
    this.#socket.on("connect_error", () => events.offline());
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
    this.#socket.off();
  }

  send(command: NewCommand, id?: string): Promise<Reply> {
    return this.#outbox.send(command, id);
  }

  sendNow(command: NewCommand): Promise<Reply> {
    return this.#outbox.sendNow(command);
  }
}
