import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { hideThread, showThread, threadsQuery } from "@/api/queries";
import { useSession } from "@/app/session";

/** Keep the list of threads as the live events say, and fetch it anew after an interruption. */
export function useLiveThreads(): void {
  const client = useQueryClient();
  const session = useSession();
  useEffect(
    () =>
      session.onThread((change) => {
        if ("set" in change) showThread(client, change.set);
        else hideThread(client, change.removed);
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
