/** The structure of a live thread and what each event does to it. Pure: no text, no I/O. */
import type {
  LiveEvent,
  MessageView,
  ScoreView,
  Snapshot,
  SpanView,
  ThreadView,
  TurnView,
} from "./protocol";

/** A message without its text, which lives in a `TextBuffer` and changes far more often. */
export type Message = Omit<MessageView, "text">;

/** A message of the person here that the server has not shown back yet. */
export interface PendingMessage {
  commandId: string;
  text: string;
  /** `sending` until the server has taken it, then `accepted`: it waits for its turn. */
  state: "sending" | "accepted" | "failed";
  /** Why it failed, in words for the person. */
  error?: string;
}

export type Phase = "opening" | "ready" | "unknown-thread" | "removed";

export interface ConversationState {
  readonly phase: Phase;
  readonly thread: ThreadView | null;
  readonly turns: Readonly<Record<string, TurnView>>;
  /** Trace ids by start. */
  readonly turnOrder: readonly string[];
  readonly messages: Readonly<Record<string, Message>>;
  /** Message ids by start. */
  readonly messageOrder: readonly string[];
  readonly scores: Readonly<Record<string, ScoreView>>;
  readonly pending: readonly PendingMessage[];
  readonly stopping: boolean;
}

export const emptyState: ConversationState = {
  phase: "opening",
  thread: null,
  turns: {},
  turnOrder: [],
  messages: {},
  messageOrder: [],
  scores: {},
  pending: [],
  stopping: false,
};

/** What a score shares with those that it replaces. */
export type ScoreKey = Pick<ScoreView, "trace_id" | "span_id" | "user_id" | "name">;

export function scoreKey(score: ScoreKey): string {
  return JSON.stringify([score.trace_id, score.span_id, score.user_id, score.name]);
}

export function isRunning(state: ConversationState): boolean {
  const last = state.turnOrder.at(-1);
  return last !== undefined && state.turns[last]?.status === "running";
}

/** The state that a snapshot describes. Own messages that it does not show stay pending. */
export function fromSnapshot(state: ConversationState, snapshot: Snapshot): ConversationState {
  const turns = [...snapshot.turns].sort(byStart);
  const messages = snapshot.messages.map(withoutText).sort(byStart);
  const shown = new Set(messages.map((message) => message.command_id));
  return {
    phase: "ready",
    thread: snapshot.thread,
    turns: Object.fromEntries(turns.map((turn) => [turn.trace_id, turn])),
    turnOrder: turns.map((turn) => turn.trace_id),
    messages: Object.fromEntries(messages.map((message) => [message.id, message])),
    messageOrder: messages.map((message) => message.id),
    scores: Object.fromEntries(snapshot.scores.map((score) => [scoreKey(score), score])),
    pending: state.pending.filter((message) => !shown.has(message.commandId)),
    stopping: state.stopping && turns.some((turn) => turn.status === "running"),
  };
}

/** The state after `event`; the same object if the event does not touch the structure. */
export function reduce(state: ConversationState, event: LiveEvent): ConversationState {
  switch (event.type) {
    case "turn-start":
      return setTurn(state, event.turn);
    case "turn-end":
      return { ...setTurn(state, event.turn), stopping: false };
    case "span-start":
      return startMessage(state, event.span);
    case "span-set":
    case "span-end":
      return event.message ? setMessage(state, withoutText(event.message)) : state;
    case "span-remove":
      return removeMessage(state, event.span_id);
    case "score-set":
      return { ...state, scores: { ...state.scores, [scoreKey(event.score)]: event.score } };
    case "score-remove": {
      const { [scoreKey(event)]: _, ...scores } = state.scores;
      return { ...state, scores };
    }
    case "thread-set":
      return { ...state, thread: event.thread };
    case "thread-remove":
      return { ...state, phase: "removed" };
    case "span-delta":
      return state;
  }
}

function setTurn(state: ConversationState, turn: TurnView): ConversationState {
  const known = state.turns[turn.trace_id];
  if (known && known.status !== "running" && turn.status === "running") return state;
  const turns = { ...state.turns, [turn.trace_id]: turn };
  if (known) return { ...state, turns };
  return { ...state, turns, turnOrder: insertByStart(state.turnOrder, turns, turn.trace_id) };
}

function startMessage(state: ConversationState, span: SpanView): ConversationState {
  const { message: facts } = span;
  if (!facts || state.messages[span.span_id]) return state;
  return setMessage(state, {
    ...facts,
    id: span.span_id,
    trace_id: span.trace_id,
    status: span.status,
    start_us: span.start_us,
    end_us: span.end_us,
  });
}

function setMessage(state: ConversationState, message: Message): ConversationState {
  const known = state.messages[message.id];
  const messages = { ...state.messages, [message.id]: message };
  if (known) return { ...state, messages };
  return {
    ...state,
    messages,
    messageOrder: insertByStart(state.messageOrder, messages, message.id),
    pending: state.pending.filter((own) => own.commandId !== message.command_id),
  };
}

function removeMessage(state: ConversationState, id: string): ConversationState {
  if (!state.messages[id]) return state;
  const { [id]: _, ...messages } = state.messages;
  return { ...state, messages, messageOrder: state.messageOrder.filter((other) => other !== id) };
}

/** Nearly everything arrives in order, so the place is looked for from the end. */
function insertByStart(
  order: readonly string[],
  items: Readonly<Record<string, { start_us: number }>>,
  id: string,
): readonly string[] {
  const start = items[id]?.start_us ?? 0;
  let index = order.length;
  while (index > 0 && (items[order[index - 1] ?? ""]?.start_us ?? 0) > start) index -= 1;
  return order.toSpliced(index, 0, id);
}

function withoutText({ text: _, ...message }: MessageView): Message {
  return message;
}

function byStart(a: { start_us: number }, b: { start_us: number }): number {
  return a.start_us - b.start_us;
}
