/** A recorded conversation: the one of the drawings, with a tool that fails once. */
import type {
  Frame,
  LiveEvent,
  MessageView,
  Snapshot,
  SpanView,
  ThreadView,
  TurnView,
} from "@/core/protocol";

export const THREAD_ID = "019a9f00-0000-7000-8000-000000000001";
const EPOCH = "recorded";

const BASE_SPAN = {
  status_message: "",
  model: "",
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  cost_usd: 0,
  ttft_ms: 0,
  document_count: null,
  input_preview: "",
  output_preview: "",
  icon: null,
  default_open: false,
  message: null,
} as const;

interface Plan extends Partial<SpanView> {
  id: string;
  parent?: string;
  name: string;
  kind: SpanView["kind"];
  /** Milliseconds from the start of the turn. */
  from: number;
  to: number | null;
}

const PLAN: readonly Plan[] = [
  { id: "01", name: "on_message", kind: "turn", from: 0, to: 1_240 },
  { id: "02", parent: "01", name: "agent.plan", kind: "agent", from: 20, to: 1_220 },
  {
    id: "03",
    parent: "02",
    name: "retrieve_docs",
    kind: "retrieval",
    from: 60,
    to: 472,
    document_count: 4,
  },
  { id: "04", parent: "03", name: "embed", kind: "embedding", from: 90, to: 293, input_tokens: 12 },
  {
    id: "05",
    parent: "02",
    name: "search_web",
    kind: "tool",
    from: 340,
    to: 741,
    status: "error",
    status_message: "HTTP 429",
  },
  { id: "06", parent: "02", name: "search_web retry", kind: "tool", from: 600, to: 922 },
  { id: "07", parent: "02", name: "guardrail.check", kind: "guardrail", from: 930, to: 978 },
  {
    id: "08",
    parent: "02",
    name: "gpt-5-mini",
    kind: "llm",
    model: "gpt-5-mini",
    from: 980,
    to: 1_210,
    input_tokens: 812,
    output_tokens: 96,
    cost_usd: 0.0004,
    ttft_ms: 110,
  },
];

export function traceIdOf(turn: number): string {
  return turn.toString(16).padStart(32, "c");
}

function spanIdOf(turn: number, id: string): string {
  return `${turn.toString(16).padStart(14, "a")}${id}`;
}

/** The spans of a turn that began at `startMs`; open after `untilMs` milliseconds. */
export function spansOf(
  turn: number,
  startMs: number,
  untilMs = Number.POSITIVE_INFINITY,
): SpanView[] {
  return PLAN.filter(({ from }) => from <= untilMs).map(({ id, parent, from, to, ...rest }) => {
    const open = to === null || to > untilMs;
    return {
      ...BASE_SPAN,
      ...rest,
      trace_id: traceIdOf(turn),
      span_id: spanIdOf(turn, id),
      parent_id: parent ? spanIdOf(turn, parent) : null,
      status: open ? "running" : (rest.status ?? "ok"),
      start_us: (startMs + from) * 1_000,
      end_us: open ? null : (startMs + to) * 1_000,
    };
  });
}

export function turnOf(turn: number, startMs: number, change: Partial<TurnView> = {}): TurnView {
  return {
    trace_id: traceIdOf(turn),
    span_id: spanIdOf(turn, "01"),
    name: "on_message",
    status: "ok",
    start_us: startMs * 1_000,
    end_us: (startMs + 1_240) * 1_000,
    span_count: PLAN.length,
    error_count: 1,
    input_tokens: 824,
    output_tokens: 96,
    cost_usd: 0.0004,
    ...change,
  };
}

export function messageOf(
  turn: number,
  id: string,
  role: MessageView["role"],
  text: string,
  startMs: number,
  change: Partial<MessageView> = {},
): MessageView {
  return {
    id: spanIdOf(turn, id),
    trace_id: traceIdOf(turn),
    role,
    author: role === "user" ? "You" : "Assistant",
    text,
    status: "ok",
    start_us: startMs * 1_000,
    end_us: startMs * 1_000,
    language: null,
    is_error: false,
    command_id: null,
    ...change,
  };
}

export const THREAD: ThreadView = {
  id: THREAD_ID,
  name: "Q3 revenue",
  created_us: 1_700_000_000_000_000,
  updated_us: 1_700_000_000_000_000,
  running: false,
};

export function snapshotFrame(snapshot: Partial<Snapshot>): Frame {
  return {
    thread_id: THREAD_ID,
    epoch: EPOCH,
    prev_seq: 0,
    seq: 1,
    snapshot: {
      thread: THREAD,
      turns: [],
      messages: [],
      spans: [],
      partial: {},
      scores: [],
      ...snapshot,
    },
    events: [],
  };
}

export function eventFrame(seq: number, events: LiveEvent[]): Frame {
  return { thread_id: THREAD_ID, epoch: EPOCH, prev_seq: seq - 1, seq, snapshot: null, events };
}
