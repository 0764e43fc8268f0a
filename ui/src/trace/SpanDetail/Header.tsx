import { ArrowLeft, Hash, Link as LinkIcon, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { KindBadge } from "../KindBadge";
import type { TraceStore } from "../store";
import { useTick } from "../ticker";
import type { SpanDetail, Status } from "../types";
import { nameOf } from "../words";
import { CopyButton } from "./CopyButton";
import { statusFact, usageFacts } from "./facts";

interface HeaderProps {
  store: TraceStore;
  detail: SpanDetail;
  compact: boolean;
  onClose(): void;
}

/** What the span is, how it stands and how long it took. */
export function Header({ store, detail, compact, onClose }: HeaderProps) {
  const { t, i18n } = useTranslation("trace");
  useTick(detail.status === "running", 10);
  const nowUs = store.nowUs();
  return (
    <header className="flex min-h-11 shrink-0 items-center gap-x-2 py-1 pr-2 pl-4">
      {compact && <BackButton onClick={onClose} />}
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1">
        <div className="flex min-w-0 max-w-full items-center gap-x-2">
          <KindBadge kind={detail.kind} failed={detail.status === "error"} />
          <h3 className="min-w-0 truncate text-ui font-semibold" title={nameOf(detail)}>
            {nameOf(detail)}
          </h3>
        </div>
        <StatusPill status={detail.status}>
          {statusFact(detail, nowUs, t, i18n.language)}
        </StatusPill>
        <span className="truncate text-table text-fg2 tabular-nums">
          {usageFacts(detail, nowUs, t, i18n.language).join(", ")}
        </span>
      </div>
      <div className="flex shrink-0 items-center">
        <CopyButton label={t("detail.copyId")} text={() => detail.span_id} className="size-7">
          <Hash size={14} aria-hidden="true" />
        </CopyButton>
        <CopyButton label={t("detail.copyLink")} text={() => linkTo(detail)} className="size-7">
          <LinkIcon size={14} aria-hidden="true" />
        </CopyButton>
        {!compact && (
          <button
            type="button"
            aria-label={t("detail.close")}
            title={t("detail.close")}
            onClick={onClose}
            className="grid size-7 place-items-center rounded-control text-fg3 hover:bg-bg2 hover:text-fg coarse:size-11"
          >
            <X size={15} aria-hidden="true" />
          </button>
        )}
      </div>
    </header>
  );
}

/** Has the focus when the page opens: the row that opened it is out of sight. */
function BackButton({ onClick }: { onClick(): void }) {
  const { t } = useTranslation("trace");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  return (
    <button
      ref={button}
      type="button"
      aria-label={t("detail.back")}
      onClick={onClick}
      className="-ml-3 grid size-11 shrink-0 place-items-center rounded-control text-fg2 outline-offset-[-2px] hover:bg-bg2"
    >
      <ArrowLeft size={18} aria-hidden="true" />
    </button>
  );
}

const PILLS: Record<Status, string> = {
  running: "border-accent text-accent",
  ok: "border-line text-fg2",
  error: "border-err text-err",
  cancelled: "border-line-strong text-fg2",
  abandoned: "border-warn text-warn",
};

function StatusPill({ status, children }: { status: Status; children: string }) {
  return (
    <span
      className={cx(
        "shrink-0 rounded-full border px-2 py-px text-meta whitespace-nowrap tabular-nums",
        PILLS[status],
      )}
    >
      {children}
    </span>
  );
}

/** The address of the page with this span open. */
function linkTo(detail: SpanDetail): string {
  const url = new URL(window.location.href);
  url.searchParams.set("trace", detail.trace_id);
  url.searchParams.set("span", detail.span_id);
  return url.href;
}
