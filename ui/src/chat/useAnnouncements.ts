import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/core/conversation";
import type { ConversationState } from "@/core/conversationState";
import { announce } from "@/stores/announcer";

const MAX_CHARS = 300;

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
