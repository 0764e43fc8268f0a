import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { hideThread, showThread, threadsQuery } from "@/api/queries";
import { useSession } from "@/app/session";

/**
 * Keep the list of threads as the live events say, and fetch it anew after an interruption, also
 * one of the store. A thread is named by its first message; before it there is nothing to go back
 * to.
 */
export function useLiveThreads(): void {
  const client = useQueryClient();
  const session = useSession();
  useEffect(
    () =>
      session.onThread((change) => {
        if ("removed" in change) hideThread(client, change.removed);
        else if (change.set.name !== "") showThread(client, change.set);
      }),
    [client, session],
  );
  useEffect(
    () =>
      session.status.subscribe((status, before) => {
        if (before?.storage === "away" && status?.storage !== "away") {
          void client.invalidateQueries({ queryKey: threadsQuery.queryKey });
        }
      }),
    [client, session],
  );
  useEffect(
    () =>
      session.connection.subscribe(({ state }, before) => {
        if (state === "online" && before.state === "offline") {
          void client.invalidateQueries({ queryKey: threadsQuery.queryKey });
        }
      }),
    [client, session],
  );
}
