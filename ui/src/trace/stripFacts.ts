/** The line of numbers in the span strip. */
import { formatCost, formatCount, formatDuration, formatElapsed } from "./format";
import { phaseOf } from "./phase";
import type { TraceStore } from "./store";
import type { TurnView } from "./types";
import type { TraceT } from "./words";

export interface StripFact {
  key: string;
  text: string;
  tone?: "error";
}

const LONGEST_PHASE = 32;

export function stripFacts(
  store: TraceStore,
  turn: TurnView,
  t: TraceT,
  locale: string,
): StripFact[] {
  return turn.status === "running"
    ? runningFacts(store, turn, t, locale)
    : finishedFacts(store, turn, t, locale);
}

function runningFacts(store: TraceStore, turn: TurnView, t: TraceT, locale: string): StripFact[] {
  const { spans, running, errors } = store.totals;
  const elapsed = { key: "time", text: formatElapsed(store.nowUs() - turn.start_us, locale) };
  if (spans === 0) return [{ key: "phase", text: t("strip.starting") }, elapsed];
  const phase = phaseOf(store);
  const doing: StripFact = phase
    ? { key: "phase", text: shorten(t(`strip.phase.${phase.kind}`, { name: phase.name })) }
    : { key: "running", text: t("strip.running", { text: formatCount(running, locale) }) };
  return [spansFact(spans, t, locale), ...errorFacts(errors, t, locale), doing, elapsed];
}

function finishedFacts(store: TraceStore, turn: TurnView, t: TraceT, locale: string): StripFact[] {
  const { totals } = store;
  const known = store.size > 0;
  const tokens = known ? totals.tokens : turn.input_tokens + turn.output_tokens;
  const cost = known ? totals.costUsd : turn.cost_usd;
  const facts = [spansFact(known ? totals.spans : turn.span_count, t, locale)];
  facts.push(...errorFacts(known ? totals.errors : turn.error_count, t, locale));
  if (turn.status === "cancelled") facts.push({ key: "stopped", text: t("strip.stopped") });
  if (turn.status === "abandoned")
    facts.push({ key: "lost", text: t("strip.lost"), tone: "error" });
  if (turn.end_us !== null)
    facts.push({ key: "time", text: formatDuration(turn.end_us - turn.start_us, locale) });
  if (tokens > 0)
    facts.push({
      key: "tokens",
      text: t("strip.tokens", { count: tokens, text: formatCount(tokens, locale) }),
    });
  if (cost > 0) facts.push({ key: "cost", text: formatCost(cost, locale) });
  return facts;
}

function spansFact(count: number, t: TraceT, locale: string): StripFact {
  return { key: "spans", text: t("strip.spans", { count, text: formatCount(count, locale) }) };
}

function errorFacts(count: number, t: TraceT, locale: string): StripFact[] {
  if (count === 0) return [];
  const text = t("strip.errors", { count, text: formatCount(count, locale) });
  return [{ key: "errors", text, tone: "error" }];
}

function shorten(text: string): string {
  return text.length > LONGEST_PHASE ? `${text.slice(0, LONGEST_PHASE - 1)}…` : text;
}
