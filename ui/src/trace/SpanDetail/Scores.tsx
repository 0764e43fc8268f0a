import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment } from "../format";
import { type ScoreView, useTraceScores } from "../scores";
import type { SpanDetail } from "../types";
import type { TraceT } from "../words";
import { Card } from "./Card";
import { FoldedText } from "./FoldedText";

const THUMBS = "user-feedback";
const SHOWN_COMMENT_LINES = 3;

/** What people, judges and code think of the span; nothing if nobody said anything. */
export function Scores({ detail }: { detail: SpanDetail }) {
  const { t } = useTranslation("trace");
  const scores = useTraceScores();
  const [problem, setProblem] = useState<string | null>(null);
  const listed = scores.of(detail.span_id, detail.parent_id === null);
  if (listed.length === 0 && problem === null) return null;
  const remove = async (score: ScoreView) => {
    setProblem(null);
    try {
      await scores.remove(score);
    } catch (error) {
      setProblem(t("score.removeFailed", { reason: (error as Error).message }));
    }
  };
  return (
    <Card title={`${t("score.title")} · ${listed.length}`}>
      <ul className="flex flex-col gap-2.5">
        {listed.map((score) => (
          <Score
            key={`${score.trace_id}/${score.span_id}/${score.user_id}/${score.name}`}
            score={score}
            {...(scores.isOwn(score) ? { onRemove: () => void remove(score) } : {})}
          />
        ))}
      </ul>
      {problem && (
        <p role="alert" className="mt-2 text-err text-table">
          {problem}
        </p>
      )}
    </Card>
  );
}

function Score({ score, onRemove }: { score: ScoreView; onRemove?: () => void }) {
  const { t, i18n } = useTranslation("trace");
  const scores = useTraceScores();
  const value = wordsOf(score, t, i18n.language);
  const scope = scopeOf(score);
  return (
    <li className="flex min-w-0 items-start gap-2 text-table">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
          <span className="wrap-anywhere font-medium text-fg">{score.name}</span>
          {value && <span className="wrap-anywhere text-fg tabular-nums">{value}</span>}
          {scope && <span className="text-fg3 text-meta">{t(`score.${scope}`)}</span>}
          <span className="wrap-anywhere text-fg3 text-meta">
            {whoOf(score, scores.isOwn(score), t)} ·{" "}
            <time dateTime={new Date(score.updated_us / 1_000).toISOString()}>
              {formatMoment(score.updated_us, i18n.language)}
            </time>
          </span>
        </p>
        {score.reasons.length > 0 && (
          <ul aria-label={t("score.reasons")} className="mt-1 flex flex-wrap gap-1">
            {score.reasons.map((reason) => (
              <li
                key={reason}
                className="wrap-anywhere rounded-full border border-line px-2 text-fg2 text-meta"
              >
                {reason}
              </li>
            ))}
          </ul>
        )}
        {score.comment && (
          <FoldedText text={score.comment} lines={SHOWN_COMMENT_LINES} className="mt-1 text-fg2" />
        )}
      </div>
      {onRemove && (
        <button
          type="button"
          aria-label={t("score.remove", { name: score.name })}
          title={t("score.remove", { name: score.name })}
          onClick={onRemove}
          className="grid size-7 shrink-0 place-items-center rounded-control text-fg3 hover:bg-bg2 hover:text-fg coarse:size-11"
        >
          <Trash2 size={14} aria-hidden="true" />
        </button>
      )}
    </li>
  );
}

/** What a score says, in words: "Bad", "0.82 relevant", "off topic". */
function wordsOf(score: ScoreView, t: TraceT, locale: string): string {
  if (score.type === "boolean" && score.value !== null) {
    const [yes, no] = score.name === THUMBS ? (["good", "bad"] as const) : (["yes", "no"] as const);
    return t(`score.${score.value ? yes : no}`);
  }
  const number =
    score.value === null
      ? ""
      : new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(score.value);
  return [number, score.label].filter(Boolean).join(" ");
}

function whoOf({ source, user_id }: ScoreView, isOwn: boolean, t: TraceT): string {
  if (isOwn) return t("score.you");
  const role = t(`score.by.${source}`);
  return user_id && source !== "user" ? `${role} ${user_id}` : role;
}

function scopeOf({ trace_id, span_id }: ScoreView): "wholeTrace" | "wholeThread" | null {
  if (span_id) return null;
  return trace_id ? "wholeTrace" : "wholeThread";
}
