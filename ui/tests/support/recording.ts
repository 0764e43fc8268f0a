/** A short recorded turn, and the snapshot that a server would make at any point of it. */
import type { LiveEvent, MessageView, Snapshot, SpanView, TurnView } from "@/core/protocol";
import { messageOf, spansOf, THREAD, traceIdOf, turnOf } from "@/gallery/scenario";

const START = 1_700_000_000_000;
const ANSWER = "Revenue was **$4.2M** 🙂, up 12 %.";

const question = messageOf(1, "10", "user", "What was Q3 revenue?", START, { command_id: "c1" });
const answer = messageOf(1, "11", "assistant", ANSWER, START + 900);

/** Everything that happens in the turn, in the order in which it happens. */
export const EVENTS: readonly LiveEvent[] = [
  { type: "turn-start", turn: turnOf(1, START, { status: "running", end_us: null }) },
  { type: "span-start", span: messageSpan(question, true) },
  { type: "span-end", span: messageSpan(question, false), message: question },
  { type: "thread-set", thread: { ...THREAD, running: true } },
  ...spansOf(1, START, 1_000).map((span): LiveEvent => ({ type: "span-start", span })),
  { type: "span-start", span: messageSpan(answer, true) },
  ...deltas(answer.id, ANSWER, 5),
  { type: "span-end", span: messageSpan(answer, false), message: answer },
  ...spansOf(1, START).map((span): LiveEvent => ({ type: "span-end", span, message: null })),
  { type: "turn-end", turn: turnOf(1, START) },
  {
    type: "score-set",
    score: {
      thread_id: THREAD.id,
      trace_id: traceIdOf(1),
      span_id: answer.id,
      name: "user-feedback",
      user_id: "",
      source: "user",
      type: "boolean",
      value: 1,
      label: "",
      comment: "",
      reasons: [],
      metadata: {},
      updated_us: START * 1_000,
    },
  },
  { type: "thread-set", thread: THREAD },
];

/** What a client that has seen nothing is told after `events`. */
export function snapshotAfter(events: readonly LiveEvent[]): Snapshot {
  const turns = new Map<string, TurnView>();
  const messages = new Map<string, MessageView>();
  const spans = new Map<string, SpanView>();
  const snapshot: Snapshot = {
    thread: THREAD,
    turns: [],
    messages: [],
    spans: [],
    partial: {},
    scores: [],
  };
  for (const event of events) {
    if (event.type === "turn-start" || event.type === "turn-end") {
      turns.set(event.turn.trace_id, event.turn);
    } else if (event.type === "span-start" || event.type === "span-end") {
      spans.set(event.span.span_id, event.span);
      const message = event.type === "span-end" ? event.message : started(event.span);
      if (message) messages.set(message.id, message);
    } else if (event.type === "span-delta") {
      const message = messages.get(event.span_id);
      if (message) messages.set(message.id, { ...message, text: message.text + event.text });
    } else if (event.type === "score-set") {
      snapshot.scores = [event.score];
    } else if (event.type === "thread-set") {
      snapshot.thread = event.thread;
    }
  }
  const running = [...turns.values()].some((turn) => turn.status === "running");
  return {
    ...snapshot,
    turns: [...turns.values()],
    messages: [...messages.values()],
    spans: running ? [...spans.values()] : [],
  };
}

function started(span: SpanView): MessageView | null {
  if (!span.message) return null;
  return {
    ...span.message,
    id: span.span_id,
    trace_id: span.trace_id,
    text: "",
    status: span.status,
    start_us: span.start_us,
    end_us: span.end_us,
  };
}

function messageSpan(message: MessageView, open: boolean): SpanView {
  const [base] = spansOf(1, START);
  if (!base) throw new Error("the recording has no spans");
  const { role, author, language, is_error, command_id } = message;
  return {
    ...base,
    span_id: message.id,
    parent_id: base.span_id,
    name: role,
    kind: "message",
    status: open ? "running" : message.status,
    start_us: message.start_us,
    end_us: open ? null : message.end_us,
    message: { role, author, language, is_error, command_id },
  };
}

function deltas(spanId: string, text: string, size: number): LiveEvent[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) => ({
    type: "span-delta",
    trace_id: traceIdOf(1),
    span_id: spanId,
    field: "output",
    text: text.slice(index * size, (index + 1) * size),
    offset: index * size,
  }));
}
