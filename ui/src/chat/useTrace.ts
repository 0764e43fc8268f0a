import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { traceQuery } from "@/api/queries";
import type { Conversation } from "@/core/conversation";
import type { TurnView } from "@/core/protocol";
import type { TraceStore } from "@/trace/store";

interface LoadedTrace {
  store: TraceStore;
  state: "ready" | "loading" | "failed";
  retry(): void;
}

/**
 * The spans of a turn. Running turns bring theirs by themselves; those of a finished turn are
 * fetched once somebody looks.
 */
export function useTrace(conversation: Conversation, turn: TurnView, wanted: boolean): LoadedTrace {
  const traceId = turn.trace_id;
  const missing = conversation.coverage(traceId) === "none";
  const { data, isError, refetch } = useQuery({
    ...traceQuery(traceId),
    enabled: wanted && missing,
  });
  const store = conversation.trace(traceId);
  useEffect(() => {
    if (data && conversation.coverage(traceId) === "none") {
      conversation.fillTrace(traceId, data.spans);
    }
  }, [conversation, data, traceId]);
  return {
    store,
    state: !missing || data ? "ready" : isError ? "failed" : "loading",
    retry: () => void refetch(),
  };
}
