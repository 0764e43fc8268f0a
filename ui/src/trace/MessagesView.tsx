/** The trace as what was said in it, with the cost of each model call. */
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Heard, messagesOf, speakingSpans } from "./conversation";
import { formatDuration } from "./format";
import { KindBadge } from "./KindBadge";
import { ChatMessages } from "./SpanDetail/ChatMessages";
import type { ChatMessage } from "./SpanDetail/chatMessages";
import { provisionalDetail } from "./SpanDetail/provisional";
import type { LoadDetail } from "./SpanDetail/useDetail";
import type { TraceStore } from "./store";
import type { SpanView } from "./types";
import { useDetails } from "./useDetails";
import { useStoreVersion } from "./useTree";
import { nameOf, noteOf } from "./words";

const PAGE = 30;

interface MessagesViewProps {
  store: TraceStore;
  loadDetail: LoadDetail;
  /** Show a span in the tree. */
  onOpen(spanId: string): void;
}

export function MessagesView({ store, loadDetail, onOpen }: MessagesViewProps) {
  const { t } = useTranslation("trace");
  const version = useStoreVersion(store);
  const [limit, setLimit] = useState(PAGE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place, `version` says when
  const all = useMemo(() => speakingSpans(store), [store, version]);
  const shown = all.slice(0, limit);
  const details = useDetails(store, shown, loadDetail);
  const liveOutputs = useLiveOutputs(store, shown);
  if (all.length === 0) return <p className="p-6 text-center text-fg3">{t("messages.empty")}</p>;
  const heard = new Heard();
  return (
    <div className="h-full overflow-y-auto px-4 py-3">
      <ol className="flex flex-col gap-4">
        {shown.map((node, i) => {
          const view = store.view(node);
          const detail = details.get(node) ?? provisionalDetail(view);
          const messages = heard.fresh(messagesOf(detail, liveOutputs[i] ?? ""));
          return messages.length === 0 ? null : (
            <li key={view.span_id}>
              <Turn view={view} messages={messages} onOpen={() => onOpen(view.span_id)} />
            </li>
          );
        })}
      </ol>
      {all.length > limit && (
        <button
          type="button"
          onClick={() => setLimit(limit + PAGE)}
          className="mt-3 min-h-6 text-table text-fg2 underline underline-offset-2 coarse:min-h-11"
        >
          {t("messages.more", { count: all.length - limit })}
        </button>
      )}
    </div>
  );
}

/** Text so far of the open ones among the spans. */
function useLiveOutputs(store: TraceStore, nodes: readonly number[]): string[] {
  const read = () => nodes.map((node) => store.liveText(store.view(node).span_id, "output"));
  useSyncExternalStore(store.subscribeText, () => read().join("\u0000"));
  return read();
}

interface TurnProps {
  view: SpanView;
  messages: ChatMessage[];
  onOpen(): void;
}

function Turn({ view, messages, onOpen }: TurnProps) {
  const { t, i18n } = useTranslation("trace");
  const time =
    view.end_us === null
      ? t("status.running")
      : formatDuration(view.end_us - view.start_us, i18n.language);
  const facts = [noteOf(view, t, i18n.language), time].filter(Boolean).join(" · ");
  return (
    <section className="rounded-card border border-line">
      <button
        type="button"
        aria-label={t("messages.open", { name: nameOf(view) })}
        onClick={onOpen}
        className="flex min-h-7 w-full items-center gap-2 rounded-t-card bg-bg2 px-2.5 text-left text-meta hover:text-fg coarse:min-h-11"
      >
        <KindBadge kind={view.kind} failed={view.status === "error"} />
        <span className="min-w-0 flex-1 truncate font-medium">{nameOf(view)}</span>
        <span className="shrink-0 text-fg3 tabular-nums">{facts}</span>
      </button>
      <div className="px-2.5 py-2">
        <ChatMessages messages={messages} />
      </div>
    </section>
  );
}
