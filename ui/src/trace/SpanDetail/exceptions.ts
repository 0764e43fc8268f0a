/** Why a span failed. */
import type { SpanDetail } from "../types";
import { textOf } from "./payload";

export interface Failure {
  type: string;
  message: string;
  /** Frames of the app itself, innermost first; only of Python's stacks. */
  ownFrames: string[];
  stack: string;
}

const MOST_OWN_FRAMES = 5;

/** @returns null if nothing says that the span failed */
export function failureOf(detail: SpanDetail): Failure | null {
  const exception = detail.events.findLast((event) => event.name === "exception")?.attributes;
  if (detail.status !== "error" && !exception) return null;
  const stack = textOf(exception?.["exception.stacktrace"]);
  return {
    type: textOf(exception?.["exception.type"]) || textOf(detail.attributes["error.type"]),
    message: textOf(exception?.["exception.message"]) || detail.status_message,
    ownFrames: ownFrames(stack),
    stack,
  };
}

/** Frames that are neither of an installed package nor of the standard library. */
function ownFrames(stack: string): string[] {
  const frames: string[] = [];
  const lines = stack.split("\n");
  lines.forEach((line, i) => {
    if (!/^\s+File "/.test(line) || /site-packages|lib\/python|<frozen/.test(line)) return;
    frames.push(`${line.trim()}\n    ${(lines[i + 1] ?? "").trim()}`);
  });
  return frames.reverse().slice(0, MOST_OWN_FRAMES);
}

/** What to paste into an issue. */
export function failureText({ type, message, stack }: Failure): string {
  return [[type, message].filter(Boolean).join(": "), stack].filter(Boolean).join("\n\n");
}
