/** The messages and model calls of a trace as one conversation. */
import { KINDS } from "./kinds";
import { at } from "./links";
import { type ChatMessage, readInstructions, readMessages } from "./SpanDetail/chatMessages";
import type { TraceStore } from "./store";
import type { SpanDetail } from "./types";

const SPEAKING = new Set([KINDS.indexOf("message"), KINDS.indexOf("llm")]);

/** Spans that say something, by start. */
export function speakingSpans(store: TraceStore): number[] {
  const { outline } = store;
  const nodes: number[] = [];
  for (let i = 0; i < outline.count; i++) {
    const node = at(outline.node, i);
    if (SPEAKING.has(at(store.kind, node))) nodes.push(node);
  }
  return nodes.sort((a, b) => store.compare(a, b));
}

/** What a span says: messages of a model call, or the text of a message. */
export function messagesOf(detail: SpanDetail, liveOutput: string): ChatMessage[] {
  const output = liveOutput || detail.output;
  if (detail.kind === "message")
    return [{ role: detail.message?.role ?? "assistant", parts: [{ type: "text", text: output }] }];
  const system = readInstructions(detail.attributes["gen_ai.system_instructions"]);
  const input =
    readMessages(detail.attributes["gen_ai.input.messages"]) ??
    readMessages(detail.input) ??
    textMessage("user", detail.input);
  const answer =
    readMessages(detail.attributes["gen_ai.output.messages"]) ?? textMessage("assistant", output);
  return [...(system ? [system] : []), ...input, ...answer];
}

function textMessage(role: string, text: string): ChatMessage[] {
  return text === "" ? [] : [{ role, parts: [{ type: "text", text }] }];
}

/** Leaves out what has been said before: every call of a model repeats the whole history. */
export class Heard {
  readonly #keys = new Set<string>();

  fresh(messages: readonly ChatMessage[]): ChatMessage[] {
    return messages.filter((message) => {
      const key = JSON.stringify([message.role, message.parts]);
      if (this.#keys.has(key)) return false;
      this.#keys.add(key);
      return true;
    });
  }
}
