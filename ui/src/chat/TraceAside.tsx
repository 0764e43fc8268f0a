import { X } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { fetchSpan } from "@/api/queries";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import type { TurnView } from "@/core/protocol";
import { TRACE_PANEL_ID } from "@/shell/SkipLinks";
import { useUserId } from "@/shell/useScoreForms";
import { usePrefs } from "@/stores/prefs";
import { TracePanel, TraceScores, TraceScoresContext } from "@/trace";
import { Splitter } from "@/trace/Splitter";
import { Button, IconButton } from "@/ui/Button";
import { useDelayed } from "@/ui/useDelayed";
import { useFocusWhileOpen } from "@/ui/useFocusWhileOpen";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { SheetButtons, TraceSheet } from "./TraceSheet";
import { useTrace } from "./useTrace";
import type { TracePanelControls } from "./useTracePanel";

interface Props {
  conversation: Conversation;
  panel: TracePanelControls;
}

/** The trace of an answer: beside the chat, over it, or as a sheet from below. */
export function TraceAside({ conversation, panel }: Props) {
  const isPhone = useMediaQuery("(max-width: 639px) and (orientation: portrait)");
  const close = <CloseButton onClick={panel.hide} />;
  if (panel.beside) {
    return (
      <SidePanel>
        <TraceOfTurn conversation={conversation} panel={panel} actions={close} />
      </SidePanel>
    );
  }
  if (isPhone) {
    return (
      <TraceSheet onClose={panel.hide}>
        {(sheet) => (
          <TraceOfTurn
            conversation={conversation}
            panel={panel}
            compact
            actions={
              <>
                <SheetButtons sheet={sheet} />
                {close}
              </>
            }
          />
        )}
      </TraceSheet>
    );
  }
  return (
    <OverlayPanel onClose={panel.hide}>
      <TraceOfTurn conversation={conversation} panel={panel} actions={close} />
    </OverlayPanel>
  );
}

/** Beside the chat, as wide as the person wants. */
function SidePanel({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { panelShare, set } = usePrefs();
  const ref = useRef<HTMLElement>(null);
  return (
    <>
      <Splitter
        label={t("trace.resize")}
        orientation="vertical"
        value={100 - panelShare}
        min={30}
        max={70}
        length={() => ref.current?.parentElement?.clientWidth ?? 1}
        onChange={(value) => set({ panelShare: 100 - value })}
        className="relative z-10 -mx-1 shrink-0"
      />
      <aside
        ref={ref}
        id={TRACE_PANEL_ID}
        tabIndex={-1}
        aria-label={t("trace.label")}
        style={{ flexBasis: `${panelShare}%` }}
        className="min-w-110 max-w-[calc(100%-26rem)] shrink-0 border-line border-l outline-none"
      >
        {children}
      </aside>
    </>
  );
}

/** Over the chat, from the right; half of a phone that lies on its side. */
function OverlayPanel({ children, onClose }: { children: ReactNode; onClose(): void }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLElement>(null);
  useFocusWhileOpen(ref);
  return (
    <aside
      ref={ref}
      id={TRACE_PANEL_ID}
      tabIndex={-1}
      aria-label={t("trace.label")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
      className="slide-from-right fixed inset-y-0 right-0 z-30 w-[88%] border-line border-l bg-bg1 shadow-float outline-none [@media(max-height:480px)]:w-1/2"
    >
      {children}
    </aside>
  );
}

function CloseButton({ onClick }: { onClick(): void }) {
  const { t } = useTranslation();
  return (
    <IconButton label={t("trace.close")} onClick={onClick}>
      <X aria-hidden />
    </IconButton>
  );
}

interface TurnProps extends Props {
  actions: ReactNode;
  compact?: boolean;
}

function TraceOfTurn(props: TurnProps) {
  const { t } = useTranslation();
  const { traceId } = props.panel;
  const turn = useConversationState(props.conversation, (state) =>
    traceId ? state.turns[traceId] : undefined,
  );
  if (turn) return <LoadedTrace key={turn.trace_id} {...props} turn={turn} />;
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-11 items-center justify-end border-line border-b pr-2">
        {props.actions}
      </div>
      <p className="p-6 text-center text-fg3">{t("trace.pick")}</p>
    </div>
  );
}

/** Shorter waits pass without a word. */
const QUIET_MS = 150;

function LoadedTrace({
  conversation,
  panel,
  turn,
  actions,
  compact,
}: TurnProps & { turn: TurnView }) {
  const { t } = useTranslation();
  const { store, state, retry } = useTrace(conversation, turn, true);
  const late = useDelayed(state === "loading", QUIET_MS);
  const loadDetail = useCallback(
    (spanId: string) => fetchSpan(turn.trace_id, spanId),
    [turn.trace_id],
  );
  const scores = useScoresOf(conversation, turn.trace_id);
  if (state === "ready") {
    return (
      <TraceScoresContext value={scores}>
        <TracePanel
          store={store}
          traceId={turn.trace_id}
          live={turn.status === "running"}
          view={panel.view}
          onView={panel.setView}
          selectedSpanId={panel.spanId}
          onSelect={panel.select}
          loadDetail={loadDetail}
          actions={actions}
          {...(compact ? { compact } : {})}
        />
      </TraceScoresContext>
    );
  }
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-11 items-center justify-end border-line border-b pr-2">{actions}</div>
      <div role="status" className="flex flex-col items-center gap-3 p-6 text-center text-fg2">
        {state === "failed" ? t("trace.failed") : late && t("trace.loading")}
        {state === "failed" && <Button onClick={retry}>{t("trace.retry")}</Button>}
      </div>
    </div>
  );
}

/** Scores on a trace, its spans and its thread. */
function useScoresOf(conversation: Conversation, traceId: string): TraceScores {
  const userId = useUserId();
  const scores = useConversationState(conversation, (state) =>
    Object.values(state.scores).filter(({ trace_id }) => trace_id === traceId || trace_id === ""),
  );
  return useMemo(
    () => new TraceScores(scores, userId, (score) => conversation.removeScore(score)),
    [conversation, scores, userId],
  );
}
