/**
 * The messages of a model call, from whatever wrote them: OpenTelemetry's `parts`, OpenAI's
 * `content` and `tool_calls`, Anthropic's content blocks, as structures or as JSON in strings.
 */
import { isRecord, structureOf, textOf } from "./payload";

export type MessagePart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "call"; name: string; id: string; input: unknown }
  | { type: "result"; name: string; id: string; output: unknown }
  | { type: "media"; mime: string; url: string };

export interface ChatMessage {
  role: string;
  parts: MessagePart[];
}

/** @returns null if `raw` is no list of messages */
export function readMessages(raw: unknown): ChatMessage[] | null {
  const value = structureOf(raw);
  const list = Array.isArray(value) ? value : isRecord(value) ? listInside(value) : null;
  if (!list || list.length === 0) return null;
  const messages = list.map(readMessage);
  return messages.every((message) => message !== null) ? messages : null;
}

/** Text of system instructions, which are parts without a role. */
export function readInstructions(raw: unknown): ChatMessage | null {
  const value = structureOf(raw);
  if (value === undefined || value === null || value === "") return null;
  const parts = Array.isArray(value) ? value.map(readPart) : [textPart(textOf(value))];
  return parts.length === 0 ? null : { role: "system", parts };
}

/** LangChain and OpenAI requests wrap the list. */
function listInside(value: Record<string, unknown>): unknown[] | null {
  if (Array.isArray(value.messages)) return value.messages.flat();
  return "role" in value ? [value] : null;
}

function readMessage(raw: unknown): ChatMessage | null {
  const message = isRecord(raw) && isRecord(raw.message) ? raw.message : raw;
  if (!isRecord(message) || typeof message.role !== "string") return null;
  const parts = Array.isArray(message.parts)
    ? message.parts.map(readPart)
    : [...contentParts(message), ...toolCalls(message.tool_calls)];
  return { role: message.role, parts };
}

function contentParts({ role, content, tool_call_id, name }: Record<string, unknown>) {
  if (role === "tool")
    return [
      { type: "result", name: textOf(name), id: textOf(tool_call_id), output: content } as const,
    ];
  if (Array.isArray(content)) return content.map(readPart);
  const text = textOf(content);
  return text === "" ? [] : [textPart(text)];
}

function toolCalls(calls: unknown): MessagePart[] {
  if (!Array.isArray(calls)) return [];
  return calls.filter(isRecord).map((call) => {
    const fn = isRecord(call.function) ? call.function : call;
    const input = structureOf(fn.arguments ?? fn.args);
    return { type: "call", name: textOf(fn.name), id: textOf(call.id), input };
  });
}

function readPart(raw: unknown): MessagePart {
  if (!isRecord(raw)) return textPart(textOf(raw));
  switch (raw.type) {
    case "reasoning":
    case "thinking":
      return { type: "reasoning", text: textOf(raw.content ?? raw.thinking ?? raw.text) };
    case "tool_call":
    case "tool_use":
      return {
        type: "call",
        name: textOf(raw.name),
        id: textOf(raw.id),
        input: structureOf(raw.arguments ?? raw.input),
      };
    case "tool_call_response":
    case "tool_result":
      return {
        type: "result",
        name: textOf(raw.name),
        id: textOf(raw.id ?? raw.tool_use_id),
        output: structureOf(raw.response ?? raw.result ?? raw.content),
      };
    default:
      return mediaPart(raw) ?? textPart(textOf(raw.content ?? raw.text ?? raw));
  }
}

function mediaPart(raw: Record<string, unknown>): MessagePart | null {
  if (isRecord(raw.image_url))
    return { type: "media", mime: "image", url: textOf(raw.image_url.url) };
  if (raw.type === "uri")
    return { type: "media", mime: textOf(raw.mime_type), url: textOf(raw.uri) };
  const source = isRecord(raw.source) ? raw.source : raw;
  const data = source.data ?? (raw.type === "blob" ? raw.content : undefined);
  const mime = textOf(source.mime_type ?? source.media_type);
  if (typeof data !== "string" || mime === "") return null;
  return { type: "media", mime, url: `data:${mime};base64,${data}` };
}

function textPart(text: string): MessagePart {
  return { type: "text", text };
}
