/** Everything that is known of one span. */
import { Tabs } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { at } from "../links";
import type { TraceStore } from "../store";
import type { SpanDetail as Detail } from "../types";
import { useStoreVersion } from "../useTree";
import { nameOf } from "../words";
import { AttributesTable } from "./AttributesTable";
import { CopyButton } from "./CopyButton";
import { Events, Links } from "./EventsAndLinks";
import { FoldedText } from "./FoldedText";
import { Header } from "./Header";
import { Overview } from "./Overview";
import { provisionalDetail } from "./provisional";
import { type LoadDetail, useDetail } from "./useDetail";

interface SpanDetailProps {
  store: TraceStore;
  spanId: string;
  loadDetail: LoadDetail;
  /** A page of its own with a way back, instead of a pane that can be closed. */
  compact?: boolean;
  /** Told when the span's events happened, in microseconds since the epoch. */
  onEventTimes?(timesUs: readonly number[]): void;
  onClose(): void;
}

/** Nothing is shown for a span that is not part of the trace. */
export function SpanDetail(props: SpanDetailProps) {
  useStoreVersion(props.store);
  const node = props.store.indexOf(props.spanId);
  return node === undefined ? null : <KnownSpan {...props} node={node} />;
}

function KnownSpan({ node, ...props }: SpanDetailProps & { node: number }) {
  const { store, spanId, compact = false, onEventTimes, onClose } = props;
  const { t } = useTranslation("trace");
  const view = store.view(node);
  const {
    detail: loaded,
    failed,
    retry,
  } = useDetail(props.loadDetail, spanId, at(store.rev, node));
  // The tree is ahead of what was loaded: it says how the span stands now.
  const detail = useMemo(
    () =>
      loaded ? { ...loaded, status: view.status, end_us: view.end_us } : provisionalDetail(view),
    [loaded, view],
  );
  useEffect(() => {
    if (!loaded) return;
    onEventTimes?.(loaded.events.map((event) => event.time_us));
    return () => onEventTimes?.([]);
  }, [loaded, onEventTimes]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return (
    <section
      onKeyDown={onKeyDown}
      aria-label={t("detail.region", { name: nameOf(view) })}
      className="flex min-h-0 flex-1 flex-col border-t border-line bg-bg1"
    >
      <Header store={store} detail={detail} compact={compact} onClose={onClose} />
      {failed && <LoadFailed onRetry={retry} />}
      <DetailTabs store={store} detail={detail} />
    </section>
  );
}

function LoadFailed({ onRetry }: { onRetry(): void }) {
  const { t } = useTranslation("trace");
  return (
    <p role="alert" className="mx-4 mb-2 rounded-control bg-err-soft px-2.5 py-1.5 text-table">
      {t("detail.failed")}{" "}
      <button type="button" onClick={onRetry} className="underline underline-offset-2">
        {t("detail.retry")}
      </button>
    </p>
  );
}

function DetailTabs({ store, detail }: { store: TraceStore; detail: Detail }) {
  const { t } = useTranslation("trace");
  return (
    <Tabs.Root defaultValue="overview" className="flex min-h-0 flex-1 flex-col">
      <Tabs.List
        aria-label={t("detail.tabs.label")}
        className="flex shrink-0 gap-0.5 overflow-x-auto px-2.5"
      >
        <Tab name="overview" />
        <Tab name="attributes" count={Object.keys(detail.attributes).length} />
        <Tab name="events" count={detail.events.length} />
        <Tab name="links" count={detail.links.length} />
        <Tab name="resource" />
        <Tab name="raw" />
      </Tabs.List>
      <Page name="overview">
        <Overview store={store} detail={detail} />
      </Page>
      <Page name="attributes">
        <AttributesTable attributes={detail.attributes} />
      </Page>
      <Page name="events">
        <Events detail={detail} />
      </Page>
      <Page name="links">
        <Links detail={detail} />
      </Page>
      <Page name="resource">
        <AttributesTable attributes={resourceOf(detail)} />
      </Page>
      <Page name="raw">
        <Raw detail={detail} />
      </Page>
    </Tabs.Root>
  );
}

type TabName = "overview" | "attributes" | "events" | "links" | "resource" | "raw";

function Tab({ name, count }: { name: TabName; count?: number }) {
  const { t } = useTranslation("trace");
  return (
    <Tabs.Trigger
      value={name}
      className={cx(
        "min-h-7 shrink-0 rounded-control px-1.5 text-meta text-fg2 outline-offset-[-2px] hover:text-fg coarse:min-h-11",
        "data-[state=active]:font-medium data-[state=active]:text-fg data-[state=active]:underline data-[state=active]:decoration-2 data-[state=active]:underline-offset-[7px]",
      )}
    >
      {t(`detail.tabs.${name}`)}
      {count !== undefined && count > 0 && (
        <span className="ml-1 font-normal text-fg3 tabular-nums">{count}</span>
      )}
    </Tabs.Trigger>
  );
}

function Page({ name, children }: { name: TabName; children: ReactNode }) {
  return (
    <Tabs.Content
      value={name}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pt-2 pb-4 outline-offset-[-2px]"
    >
      {children}
    </Tabs.Content>
  );
}

/** The process that made the span, and what in it did. */
function resourceOf(detail: Detail): Record<string, unknown> {
  const scope = [detail.scope_name, detail.scope_version].filter(Boolean).join(" ");
  return scope ? { ...detail.resource, "otel.scope": scope } : detail.resource;
}

function Raw({ detail }: { detail: Detail }) {
  const { t } = useTranslation("trace");
  const json = useMemo(() => JSON.stringify(detail, null, 2), [detail]);
  return (
    <div className="relative">
      <CopyButton label={t("detail.copy")} text={() => json} className="absolute top-0 right-0" />
      <FoldedText text={json} lines={200} mono />
    </div>
  );
}
