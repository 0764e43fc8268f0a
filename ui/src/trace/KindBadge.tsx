import { clsx } from "clsx";
import { KIND_LOOKS, type KindToken } from "./kinds";
import type { Kind } from "./types";

const FILLS: Record<KindToken, string> = {
  agent: "bg-agent",
  llm: "bg-llm",
  tool: "bg-tool",
  retrieval: "bg-retrieval",
  embedding: "bg-embedding",
  guardrail: "bg-guardrail",
  other: "bg-other",
};

/** The square with the letter of the kind, or with an exclamation mark if the span failed. */
export function KindBadge({ kind, failed }: { kind: Kind; failed: boolean }) {
  const { letter, token } = KIND_LOOKS[kind] ?? KIND_LOOKS.other;
  return (
    <span
      aria-hidden="true"
      className={clsx(
        "inline-grid size-4 shrink-0 place-items-center rounded-[4px] text-[10px] leading-none font-semibold text-kind-on forced-color-adjust-none",
        failed ? "bg-err" : FILLS[token],
      )}
    >
      {failed ? "!" : letter}
    </span>
  );
}
