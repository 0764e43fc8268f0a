/** Larger and stranger traces for the gallery and for tests. */
import { KINDS } from "./kinds";
import { sampleSpan } from "./samples";
import type { Kind, SpanView } from "./types";

/** Every way in which a span can end, and every kind. */
export function zoo(): SpanView[] {
  const root = sampleSpan({ id: "root", name: "on_message", kind: "turn", endMs: 2600 });
  const kinds = KINDS.map((kind, i) =>
    sampleSpan({
      id: `kind-${kind}`,
      parent_id: "root",
      name: `a ${kind}`,
      kind,
      startMs: 40 + i * 90,
      endMs: 240 + i * 90,
      ...(kind === "message"
        ? {
            message: {
              role: "assistant",
              author: "Assistant",
              language: null,
              is_error: false,
              command_id: null,
            },
          }
        : {}),
    }),
  );
  return [
    root,
    ...kinds,
    sampleSpan({
      id: "cancelled",
      parent_id: "root",
      kind: "tool",
      status: "cancelled",
      startMs: 1400,
      endMs: 1900,
    }),
    sampleSpan({
      id: "abandoned",
      parent_id: "root",
      kind: "agent",
      status: "abandoned",
      startMs: 1500,
      endMs: 2000,
    }),
    sampleSpan({
      id: "failed",
      parent_id: "root",
      kind: "http",
      status: "error",
      status_message: "ConnectTimeout: no answer from search.example after 5 s",
      startMs: 1600,
      endMs: 2200,
    }),
    sampleSpan({
      id: "orphan",
      parent_id: "nobody",
      kind: "tool",
      name: "child without a parent",
      startMs: 1700,
      endMs: 1800,
    }),
  ];
}

/** 48 like siblings, one of them failed, and idle time before an answer. */
export function batch(): SpanView[] {
  const root = sampleSpan({ id: "root", name: "index_documents", kind: "chain", endMs: 9000 });
  const embeds = Array.from({ length: 48 }, (_, i) =>
    sampleSpan({
      id: `embed-${i}`,
      parent_id: "root",
      name: "embed",
      kind: "embedding",
      startMs: 20 + i * 22,
      endMs: 32 + i * 22 + (i % 7) * 3,
      input_tokens: 120,
      ...(i === 30 ? { status: "error" as const, status_message: "HTTP 500" } : {}),
    }),
  );
  const upsert = sampleSpan({
    id: "upsert",
    parent_id: "root",
    name: "upsert",
    kind: "db",
    startMs: 8200,
    endMs: 8900,
  });
  return [root, ...embeds, upsert];
}

/** A chain of agents so deep that no panel is wide enough. */
export function chain(depth: number): SpanView[] {
  return Array.from({ length: depth }, (_, i) =>
    sampleSpan({
      id: `level-${i}`,
      parent_id: i === 0 ? null : `level-${i - 1}`,
      name: `delegate_${i + 1}`,
      kind: "agent",
      startMs: i * 10,
      endMs: 2000 - i * 10,
    }),
  );
}

const LARGE_KINDS: readonly Kind[] = ["agent", "llm", "tool", "retrieval", "embedding", "http"];

/**
 * A trace of `count` spans with about 40 open at once, up to 12 deep, 3 % of them failed;
 * the same for every call.
 *
 * @param perSecond starts per second of the trace's own time
 */
export function largeTrace(count: number, perSecond = 500): SpanView[] {
  const random = generator(7);
  const spans: SpanView[] = [
    sampleSpan({ id: "s0", name: "on_message", kind: "turn", endMs: (count / perSecond) * 1000 }),
  ];
  const open = ["s0"];
  const stepMs = 1000 / perSecond;
  for (let i = 1; i < count; i++) {
    const parent = open[Math.floor(random() * open.length)] ?? "s0";
    const startMs = i * stepMs;
    const kind = LARGE_KINDS[Math.floor(random() * LARGE_KINDS.length)] ?? "other";
    const failed = random() < 0.03;
    spans.push(
      sampleSpan({
        id: `s${i}`,
        parent_id: parent,
        name: `${kind}_${Math.floor(random() * 40)}`,
        kind,
        startMs,
        endMs: startMs + 20 + random() * 120,
        ...(failed ? { status: "error" as const, status_message: "HTTP 503" } : {}),
        ...(kind === "llm"
          ? { input_tokens: 200, output_tokens: 40, cost_usd: 0.0001, ttft_ms: 8 }
          : {}),
      }),
    );
    if (random() < 0.45) open.push(`s${i}`);
    if (open.length > 12) open.splice(1, 1);
  }
  return spans;
}

/** Numbers in [0, 1) that look random and are the same every time. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
