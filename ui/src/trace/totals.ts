/** The numbers of a whole trace. */
import { ABANDONED, ERROR, isBilled, kindOfCode, RUNNING } from "./kinds";
import { at } from "./links";
import type { TraceStore } from "./store";

export interface Totals {
  spans: number;
  running: number;
  errors: number;
  abandoned: number;
  tokens: number;
  costUsd: number;
  /** Earliest start; 0 without spans. */
  firstUs: number;
  /** Latest moment at which anything started or ended. */
  lastUs: number;
}

/** Tokens and cost count calls of models only: agents and turns repeat the sums of theirs. */
export function computeTotals(store: TraceStore): Totals {
  const totals: Totals = {
    spans: 0,
    running: 0,
    errors: 0,
    abandoned: 0,
    tokens: 0,
    costUsd: 0,
    firstUs: 0,
    lastUs: 0,
  };
  const { outline } = store;
  totals.spans = outline.count;
  for (let i = 0; i < outline.count; i++) addSpan(totals, store, at(outline.node, i));
  return totals;
}

function addSpan(totals: Totals, store: TraceStore, node: number): void {
  const status = at(store.status, node);
  if (status === RUNNING) totals.running++;
  else if (status === ERROR) totals.errors++;
  else if (status === ABANDONED) totals.abandoned++;
  const start = at(store.start, node);
  if (totals.firstUs === 0 || start < totals.firstUs) totals.firstUs = start;
  totals.lastUs = Math.max(totals.lastUs, store.stopOr(node, start));
  if (!isBilled(kindOfCode(at(store.kind, node)))) return;
  const view = store.view(node);
  totals.tokens += view.input_tokens + view.output_tokens;
  totals.costUsd += view.cost_usd;
}
