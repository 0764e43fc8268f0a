import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { type ConversationState, isRunning } from "@/core/conversationState";
import { announce } from "@/stores/announcer";
import type { TraceStore } from "@/trace/store";

const MAX_CHARS = 300;
const PROGRESS_MS = 5_000;

/** Reads out what happened once it is over: an answer, an error, a stop. Never token by token. */
export function useAnnouncements(conversation: Conversation): void {
  const { t } = useTranslation();
  useEffect(
    () =>
      conversation.store.subscribe((state, before) => {
        for (const id of endedMessages(state, before)) {
          const text = conversation.text(id).text;
          if (state.messages[id]?.is_error) announce(t("chat.announceError", { text }));
          else if (text.length <= MAX_CHARS) announce(t("chat.announceAnswer", { text }));
          else announce(t("chat.announceLong", { text: text.slice(0, MAX_CHARS) }));
        }
        if (stoppedTurn(state, before)) announce(t("chat.announceStopped"));
      }),
    [conversation, t],
  );
}

/** Reads out which step is running, every five seconds, if it is another one. */
export function useProgressAnnouncements(conversation: Conversation): void {
  const { t } = useTranslation();
  const traceId = useConversationState(conversation, (state) =>
    isRunning(state) ? state.turnOrder.at(-1) : undefined,
  );
  useEffect(() => {
    if (traceId === undefined) return;
    let said = "";
    const timer = setInterval(() => {
      const step = runningStep(conversation.trace(traceId));
      if (step === "" || step === said) return;
      said = step;
      announce(t("chat.working", { step }));
    }, PROGRESS_MS);
    return () => clearInterval(timer);
  }, [conversation, t, traceId]);
}

function runningStep({ views }: TraceStore): string {
  const isStep = ({ status, kind }: TraceStore["views"][number]) =>
    status === "running" && kind !== "turn" && kind !== "message";
  return views.findLast((view) => view && isStep(view))?.name ?? "";
}

function endedMessages(state: ConversationState, before: ConversationState): string[] {
  if (state.messages === before.messages) return [];
  return state.messageOrder.filter((id) => {
    const message = state.messages[id];
    return (
      message?.role === "assistant" &&
      message.status !== "running" &&
      before.phase === "ready" &&
      before.messages[id]?.status !== message.status
    );
  });
}

function stoppedTurn(state: ConversationState, before: ConversationState): boolean {
  const last = state.turnOrder.at(-1);
  if (last === undefined || state.turns === before.turns) return false;
  return state.turns[last]?.status === "cancelled" && before.turns[last]?.status === "running";
}
