/** The numbers of the trace in one line. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatCost, formatCount, formatDuration, formatElapsed } from "./format";
import type { TraceStore } from "./store";
import { useTick } from "./ticker";

export function TotalsLine({ store }: { store: TraceStore }) {
  const { t, i18n } = useTranslation("trace");
  const locale = i18n.language;
  const { totals } = store;
  const isRunning = totals.running > 0;
  useTick(isRunning, 10);
  const elapsedUs = (isRunning ? store.nowUs() : totals.lastUs) - totals.firstUs;
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 text-table whitespace-nowrap text-fg2">
      <Fact
        value={isRunning ? formatElapsed(elapsedUs, locale) : formatDuration(elapsedUs, locale)}
      >
        {t(isRunning ? "totals.soFar" : "totals.total")}
      </Fact>
      {totals.tokens > 0 && (
        <Fact value={formatCount(totals.tokens, locale)}>
          {t("totals.tokens", { count: totals.tokens })}
        </Fact>
      )}
      {totals.costUsd > 0 && <Fact value={formatCost(totals.costUsd, locale)} />}
      {totals.errors > 0 && (
        <Fact value={formatCount(totals.errors, locale)}>
          <span className="text-err">{t("totals.errors", { count: totals.errors })}</span>
        </Fact>
      )}
      {isRunning && <Fact value={formatCount(totals.running, locale)}>{t("totals.running")}</Fact>}
    </div>
  );
}

function Fact({ value, children }: { value: string; children?: ReactNode }) {
  return (
    <span>
      <span className="font-semibold text-fg tabular-nums">{value}</span>
      {children && <> {children}</>}
    </span>
  );
}
