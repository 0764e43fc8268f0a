/** The server's time as the browser sees it, for bars that are still growing. */

export class ServerClock {
  #offsetUs: number | undefined;

  /** @param wallMs the browser's clock in milliseconds, replaceable in tests */
  constructor(private readonly wallMs: () => number = Date.now) {}

  /**
   * Learn from the time stamp of something that has just happened on the server.
   *
   * A stamp is never later than the server's present, so the largest difference seen is the best
   * estimate of the offset; it is short by the fastest delivery so far.
   */
  observe(serverUs: number): void {
    const offset = serverUs - this.wallMs() * 1000;
    if (this.#offsetUs === undefined || offset > this.#offsetUs) this.#offsetUs = offset;
  }

  /** Microseconds since the epoch on the server's clock. */
  nowUs(): number {
    return this.wallMs() * 1000 + (this.#offsetUs ?? 0);
  }
}

/** One per page: all traces come from the same server. */
export const serverClock = new ServerClock();
