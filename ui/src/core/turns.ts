import type { ConversationState } from "./conversationState";

/** What a person sees as one exchange: the messages of one trace. */
export interface TurnBlock {
  readonly traceId: string;
  /** Ids of the messages before the first answer: what the person said. */
  readonly questions: readonly string[];
  /** Ids of the first answer and everything after it. */
  readonly answers: readonly string[];
}

type Parts = Pick<ConversationState, "messages" | "messageOrder" | "turns" | "turnOrder">;

/** The exchanges of a thread, by start. A turn without messages is one as well. */
export function turnBlocks({ messages, messageOrder, turns, turnOrder }: Parts): TurnBlock[] {
  const blocks = new Map<string, { start: number; questions: string[]; answers: string[] }>();
  for (const traceId of turnOrder) {
    blocks.set(traceId, { start: turns[traceId]?.start_us ?? 0, questions: [], answers: [] });
  }
  for (const id of messageOrder) {
    const message = messages[id];
    if (!message) continue;
    let block = blocks.get(message.trace_id);
    if (!block) {
      block = { start: message.start_us, questions: [], answers: [] };
      blocks.set(message.trace_id, block);
    }
    const isQuestion = message.role === "user" && block.answers.length === 0;
    (isQuestion ? block.questions : block.answers).push(id);
  }
  return [...blocks]
    .sort(([, a], [, b]) => a.start - b.start)
    .map(([traceId, { questions, answers }]) => ({ traceId, questions, answers }));
}
