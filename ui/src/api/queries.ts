import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import type { ThreadView } from "@/core/protocol";
import { api, unwrap } from "./client";
import type { components } from "./schema";

type ThreadPage = components["schemas"]["ThreadPage"];

const PAGE = 50;

/** Only threads that are open here report themselves; of others the list is asked. */
const RUNNING_POLL_MS = 4_000;

export const configQuery = queryOptions({
  queryKey: ["config"],
  queryFn: async ({ signal }) => unwrap(await api.GET("/api/config", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const threadsQuery = infiniteQueryOptions({
  queryKey: ["threads"],
  queryFn: async ({ pageParam, signal }) => {
    const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
    return unwrap(await api.GET("/api/threads", { params: { query }, signal }));
  },
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(({ running }) => running))
      ? RUNNING_POLL_MS
      : false,
});

/** All spans of a finished turn. */
export function traceQuery(traceId: string) {
  return queryOptions({
    queryKey: ["trace", traceId],
    queryFn: async ({ signal }) =>
      unwrap(
        await api.GET("/api/traces/{trace_id}", {
          params: { path: { trace_id: traceId } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    // The conversation keeps the spans; a second hold on them would outlive it.
    gcTime: 0,
  });
}

/** Everything that is known of one span. */
export async function fetchSpan(traceId: string, spanId: string) {
  const path = { trace_id: traceId, span_id: spanId };
  return unwrap(await api.GET("/api/traces/{trace_id}/spans/{span_id}", { params: { path } }));
}

export async function renameThread(threadId: string, name: string): Promise<void> {
  const params = { path: { thread_id: threadId } };
  unwrap(await api.PATCH("/api/threads/{thread_id}", { params, body: { name } }));
}

export async function deleteThread(threadId: string): Promise<void> {
  unwrap(
    await api.DELETE("/api/threads/{thread_id}", { params: { path: { thread_id: threadId } } }),
  );
}

type ThreadList = InfiniteData<ThreadPage, string>;

/** Put a thread that changed at its place in the cached list: the latest first. */
export function showThread(client: QueryClient, thread: ThreadView): void {
  client.setQueryData<ThreadList>(threadsQuery.queryKey, (list) => {
    if (!list) return list;
    const [first, ...rest] = withoutThread(list, thread.id).pages;
    if (!first) return list;
    const items = [...first.items, thread].sort((a, b) => b.updated_us - a.updated_us);
    return { ...list, pages: [{ ...first, items }, ...rest] };
  });
}

export function hideThread(client: QueryClient, threadId: string): void {
  client.setQueryData<ThreadList>(
    threadsQuery.queryKey,
    (list) => list && withoutThread(list, threadId),
  );
}

function withoutThread(list: ThreadList, threadId: string): ThreadList {
  return {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      items: page.items.filter(({ id }) => id !== threadId),
    })),
  };
}
