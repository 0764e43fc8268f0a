import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useConversationState, useSession } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { isRunning, type PendingMessage } from "@/core/conversationState";
import { Button } from "@/ui/Button";
import { useDelayed } from "@/ui/useDelayed";
import { UserBubble } from "./UserBubble";

/** Sending is usually over before anybody could read that it is going on. */
const QUIET_MS = 400;

/** Own messages that the server has not shown back: on their way, queued or failed. */
export function PendingMessages({ conversation }: { conversation: Conversation }) {
  const pending = useConversationState(conversation, (state) => state.pending);
  return pending.map((message) => (
    <div key={message.commandId} className="mb-5">
      <UserBubble text={message.text} dimmed={message.state !== "failed"} />
      <PendingLine conversation={conversation} message={message} />
    </div>
  ));
}

interface LineProps {
  conversation: Conversation;
  message: PendingMessage;
}

function PendingLine({ conversation, message }: LineProps) {
  const { t } = useTranslation();
  const words = useWords(conversation, message);
  const { commandId } = message;
  return (
    <div className="mt-1 flex min-h-4 flex-wrap items-center justify-end gap-2 text-fg3 text-meta">
      <span className={message.state === "failed" ? "text-err" : ""}>{words}</span>
      {message.state === "failed" && (
        <>
          <Button size="sm" onClick={() => conversation.retry(commandId)}>
            {t("chat.sendAgain")}
          </Button>
          <Button size="sm" look="quiet" onClick={() => conversation.discard(commandId)}>
            {t("chat.discard")}
          </Button>
        </>
      )}
    </div>
  );
}

function useWords(conversation: Conversation, message: PendingMessage): string {
  const { t } = useTranslation();
  const running = useConversationState(conversation, isRunning);
  const offline = useStore(useSession().connection, ({ state }) => state === "offline");
  const late = useDelayed(message.state !== "failed", QUIET_MS);
  if (message.state === "failed") return `${t("chat.notSent")}. ${message.error ?? ""}`;
  if (!late) return "";
  if (offline) return t("chat.waitingForConnection");
  return running ? t("chat.queued") : t("chat.sending");
}
