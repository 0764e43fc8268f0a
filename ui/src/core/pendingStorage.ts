import type { PendingMessage } from "./conversationState";

/** Keeps messages that the server has not shown back, so that a reload does not lose them. */
export interface PendingStorage {
  load(threadId: string | null): readonly PendingMessage[];
  save(threadId: string | null, pending: readonly PendingMessage[]): void;
}

/** In `storage`, for as long as the browser tab lives. */
export class TabPendingStorage implements PendingStorage {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  load(threadId: string | null): readonly PendingMessage[] {
    if (threadId === null) return [];
    const json = this.#storage.getItem(keyOf(threadId));
    return json ? (JSON.parse(json) as PendingMessage[]) : [];
  }

  save(threadId: string | null, pending: readonly PendingMessage[]): void {
    if (threadId === null) return;
    if (pending.length === 0) this.#storage.removeItem(keyOf(threadId));
    else this.#storage.setItem(keyOf(threadId), JSON.stringify(pending));
  }
}

function keyOf(threadId: string): string {
  return `spanlit.pending.${threadId}`;
}
