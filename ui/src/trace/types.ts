/** The wire types that the trace component reads, under short names. */
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type SpanView = Schemas["SpanView"];
export type SpanDetail = Schemas["SpanDetail"];
export type TurnView = Schemas["TurnView"];
export type LiveEvent = Schemas["LiveEvent"];
export type SpanDelta = Schemas["SpanDelta"];
export type Kind = SpanView["kind"];
export type Status = SpanView["status"];
export type BodyField = SpanDelta["field"];
