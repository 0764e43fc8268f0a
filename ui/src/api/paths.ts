/** The REST routes that the UI calls, typed by the generated models. */
import type { SpanDetail } from "@/trace/types";
import type { components } from "./schema";

type Schemas = components["schemas"];

interface Json<T> {
  content: { "application/json": T };
}

interface Failure {
  error: { code: string; message: string };
}

interface Responses<T> {
  responses: { 200: Json<T>; default: Json<Failure> };
}

interface WithId {
  parameters: { path: { thread_id: string } };
}

export interface ThreadPage {
  items: Schemas["ThreadView"][];
  next_cursor: string | null;
}

/** What the app's author chose for its page. */
export interface AppConfig {
  name: string;
  description: string;
  version: string;
  trace: "full" | "strip" | "tool_call" | "hidden";
  default_theme: "system" | "light" | "dark";
  user_id: string;
}

interface TraceView {
  trace_id: string;
  thread_id: string | null;
  spans: Schemas["SpanView"][];
}

export interface paths {
  "/api/config": { get: Responses<AppConfig> };
  "/api/threads": {
    get: Responses<ThreadPage> & {
      parameters: { query?: { limit?: number; cursor?: string } };
    };
  };
  "/api/threads/{thread_id}": {
    patch: Responses<Schemas["ThreadView"]> & WithId & { requestBody: Json<{ name: string }> };
    delete: Responses<undefined> & WithId;
  };
  "/api/traces/{trace_id}": {
    get: Responses<TraceView> & { parameters: { path: { trace_id: string } } };
  };
  "/api/traces/{trace_id}/spans/{span_id}": {
    get: Responses<SpanDetail> & {
      parameters: { path: { trace_id: string; span_id: string } };
    };
  };
}
