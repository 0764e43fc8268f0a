/** Kinds and statuses as small integers, and how each kind looks: a letter and a colour token. */
import type { Kind, Status } from "./types";

export type KindToken =
  | "agent"
  | "llm"
  | "tool"
  | "retrieval"
  | "embedding"
  | "guardrail"
  | "other";

export const KINDS = [
  "turn",
  "message",
  "agent",
  "llm",
  "tool",
  "retrieval",
  "embedding",
  "rerank",
  "guardrail",
  "chain",
  "http",
  "db",
  "other",
] as const satisfies readonly Kind[];

export const STATUSES = [
  "running",
  "ok",
  "error",
  "cancelled",
  "abandoned",
] as const satisfies readonly Status[];

export const RUNNING = STATUSES.indexOf("running");
export const ERROR = STATUSES.indexOf("error");
export const CANCELLED = STATUSES.indexOf("cancelled");
export const ABANDONED = STATUSES.indexOf("abandoned");

export const LLM = KINDS.indexOf("llm");
export const TOOL = KINDS.indexOf("tool");

interface KindLook {
  letter: string;
  token: KindToken;
}

export const KIND_LOOKS: Record<Kind, KindLook> = {
  turn: { letter: "A", token: "agent" },
  message: { letter: "M", token: "other" },
  agent: { letter: "A", token: "agent" },
  llm: { letter: "L", token: "llm" },
  tool: { letter: "T", token: "tool" },
  retrieval: { letter: "R", token: "retrieval" },
  embedding: { letter: "E", token: "embedding" },
  rerank: { letter: "R", token: "retrieval" },
  guardrail: { letter: "G", token: "guardrail" },
  chain: { letter: "C", token: "other" },
  http: { letter: "H", token: "other" },
  db: { letter: "D", token: "other" },
  other: { letter: "S", token: "other" },
};

/** Kinds whose spans are calls of a model and carry its usage; agents repeat the sum of theirs. */
const BILLED: ReadonlySet<Kind> = new Set(["llm", "embedding", "rerank"]);

export function isBilled(kind: Kind): boolean {
  return BILLED.has(kind);
}

/** Unknown kinds of a newer server count as `other`. */
export function kindCode(kind: Kind): number {
  const code = KINDS.indexOf(kind);
  return code < 0 ? KINDS.length - 1 : code;
}

export function statusCode(status: Status): number {
  const code = STATUSES.indexOf(status);
  return code < 0 ? RUNNING : code;
}

export function kindOfCode(code: number): Kind {
  return KINDS[code] ?? "other";
}

export function tokenOfCode(code: number): KindToken {
  return KIND_LOOKS[kindOfCode(code)].token;
}
