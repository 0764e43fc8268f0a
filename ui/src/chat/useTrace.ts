import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect } from "react";
import { configQuery, traceQuery } from "@/api/queries";
import type { Conversation } from "@/core/conversation";
import type { SpanView, TurnView } from "@/core/protocol";
import type { TraceStore } from "@/trace/store";

/** What `ui.trace = "tool_call"` leaves of a trace. */
const CALLS: ReadonlySet<SpanView["kind"]> = new Set(["tool", "retrieval", "llm"]);

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
  const onlyCalls = useQuery(configQuery).data?.trace === "tool_call";
  useLayoutEffect(() => store.showOnly(onlyCalls ? CALLS : null), [store, onlyCalls]);
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
