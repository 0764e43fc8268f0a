/** The live protocol, by the names that the rest of the UI uses. Generated from the server's models. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Frame = Schemas["Frame"];
export type LiveEvent = Frame["events"][number];
export type Snapshot = Schemas["Snapshot"];
export type ThreadView = Schemas["ThreadView"];
export type TurnView = Schemas["TurnView"];
export type MessageView = Schemas["MessageView"];
export type SpanView = Schemas["SpanView"];
export type ScoreView = Schemas["ScoreView"];
/** A score that the app declared, and how to ask for it. */
export type ScoreForm = Schemas["ScoreFormView"];
export type ServerStatus = Schemas["ServerStatus"];
export type Command = Schemas["ClientCommand"];
export type Reply = Schemas["Reply"];

/** Where something is in a trace. */
export interface SpanRef {
  traceId: string;
  spanId: string;
}

export const USER_FEEDBACK = "user-feedback";
