/** Tokens of a model call as one bar, with what it was asked for beside it. */
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { formatCost, formatCount } from "../format";
import type { SpanDetail } from "../types";
import { requestParameters } from "./facts";
import { textOf } from "./payload";

export function Usage({ detail }: { detail: SpanDetail }) {
  const { t, i18n } = useTranslation("trace");
  const parts = usageParts(detail);
  const total = parts.reduce((sum, part) => sum + part.tokens, 0);
  const answered = textOf(detail.attributes["gen_ai.response.model"]);
  const facts: [string, string][] = [];
  if (detail.model) facts.push([t("detail.model"), modelName(detail.model, answered)]);
  if (detail.cost_usd > 0)
    facts.push([t("detail.cost"), formatCost(detail.cost_usd, i18n.language)]);
  const dimensions = textOf(detail.attributes["gen_ai.embeddings.dimension.count"]);
  if (dimensions) facts.push([t("detail.dimensions"), dimensions]);
  for (const [name, value] of requestParameters(detail)) facts.push([name, textOf(value)]);
  return (
    <div className="flex flex-col gap-2">
      {total > 0 && (
        <div>
          <div aria-hidden="true" className="flex h-1.5 gap-px overflow-hidden rounded-bar">
            {parts.map(({ name, tokens, fill }) => (
              <div key={name} className={fill} style={{ flexGrow: tokens }} />
            ))}
          </div>
          <ul className="mt-1 flex flex-wrap gap-x-4 text-meta text-fg2 tabular-nums">
            {parts.map(({ name, tokens, fill }) => (
              <li key={name} className="flex items-center gap-1.5">
                <span aria-hidden="true" className={cx("size-2 rounded-[2px]", fill)} />
                {formatCount(tokens, i18n.language)} {t(`detail.usage.${name}`)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {facts.length > 0 && (
        <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-meta">
          {facts.map(([name, value]) => (
            <div key={name} className="flex min-w-0 gap-1.5">
              <dt className="text-fg3">{name}</dt>
              <dd className="truncate text-fg tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** Cached tokens are part of the input, reasoning of the output: each token is drawn once. */
function usageParts(detail: SpanDetail) {
  const parts = [
    { name: "cached", tokens: detail.cached_tokens, fill: "bg-tool" },
    { name: "input", tokens: detail.input_tokens - detail.cached_tokens, fill: "bg-agent" },
    { name: "reasoning", tokens: detail.reasoning_tokens, fill: "bg-guardrail" },
    { name: "output", tokens: detail.output_tokens - detail.reasoning_tokens, fill: "bg-llm" },
  ] as const;
  return parts.filter((part) => part.tokens > 0);
}

function modelName(asked: string, answered: string): string {
  return answered && answered !== asked ? `${asked} → ${answered}` : asked;
}
