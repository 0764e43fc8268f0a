/** The numbers of a whole trace. */
import { at } from "./links";
import type { TraceStore } from "./store";

export interface Totals {
  spans: number;
  running: number;
  errors: number;
  tokens: number;
  costUsd: number;
  /** Earliest start; 0 without spans. */
  firstUs: number;
  /** Latest moment at which anything started or ended. */
  lastUs: number;
}

export function computeTotals(store: TraceStore): Totals {
  const totals: Totals = {
    spans: store.outline.count,
    running: 0,
    errors: 0,
    tokens: 0,
    costUsd: 0,
    firstUs: 0,
    lastUs: 0,
  };
  for (let i = 0; i < store.outline.count; i++) addSpan(totals, store, at(store.outline.node, i));
  return totals;
}

function addSpan(totals: Totals, store: TraceStore, node: number): void {
  const start = at(store.start, node);
  if (store.isRunning(node)) totals.running++;
  else if (store.isError(node)) totals.errors++;
  totals.tokens += at(store.tokens, node);
  totals.costUsd += at(store.costUsd, node);
  if (totals.firstUs === 0 || start < totals.firstUs) totals.firstUs = start;
  totals.lastUs = Math.max(totals.lastUs, store.stopOr(node, start));
}
