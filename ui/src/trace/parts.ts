/** What a trace shows only on request, and the page loads after its first paint. */
import { deferred } from "@/ui/deferred";

export const SpanDetail = deferred(() => import("./SpanDetail").then((m) => m.SpanDetail));
export const MessagesView = deferred(() => import("./MessagesView").then((m) => m.MessagesView));
