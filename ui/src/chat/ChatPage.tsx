import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useConversation, useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { useAppName } from "@/shell/useAppName";
import { PageMessage } from "@/ui/PageMessage";
import { ChatHeader } from "./ChatHeader";
import { Composer } from "./Composer";
import { ConversationLog } from "./ConversationLog";
import { TraceAside } from "./TraceAside";
import { useAnnouncements, useProgressAnnouncements } from "./useAnnouncements";
import { useChatShortcuts } from "./useChatShortcuts";
import { useTracePanel } from "./useTracePanel";

/** A thread, new or old, with the trace of its answers. */
export function ChatPage() {
  const { threadId } = useParams({ strict: false });
  const conversation = useConversation(threadId);
  const phase = useConversationState(conversation, (state) => state.phase);
  if (phase === "unknown-thread" || phase === "removed") return <MissingThread phase={phase} />;
  return <OpenThread conversation={conversation} threadId={threadId} />;
}

function MissingThread({ phase }: { phase: "unknown-thread" | "removed" }) {
  const { t } = useTranslation();
  const unknown = phase === "unknown-thread";
  return (
    <main className="min-w-0 flex-1">
      <PageMessage
        title={unknown ? t("chat.unknownTitle") : t("chat.removedTitle")}
        hint={unknown ? t("chat.unknownHint") : t("chat.removedHint")}
      >
        <Link to="/" className="font-medium text-accent underline underline-offset-4">
          {t("app.startNew")}
        </Link>
      </PageMessage>
    </main>
  );
}

interface OpenThreadProps {
  conversation: Conversation;
  threadId: string | undefined;
}

function OpenThread({ conversation, threadId }: OpenThreadProps) {
  const panel = useTracePanel(conversation, threadId);
  useAddress(conversation, threadId);
  usePageTitle(conversation);
  useAnnouncements(conversation);
  useProgressAnnouncements(conversation);
  useChatShortcuts(conversation, panel);
  return (
    <>
      <main className="flex min-w-0 flex-1 flex-col bg-bg1">
        <ChatHeader conversation={conversation} panel={panel} />
        <ConversationLog conversation={conversation} panel={panel} />
        <Composer conversation={conversation} threadId={threadId} onSend={panel.follow} />
      </main>
      {panel.open && <TraceAside conversation={conversation} panel={panel} />}
    </>
  );
}

/** A new thread gets its address with its first message. */
function useAddress(conversation: Conversation, threadId: string | undefined): void {
  const navigate = useNavigate();
  const id = useConversationState(conversation, (state) => {
    const spoken =
      state.pending.length > 0 ||
      state.messageOrder.some((message) => state.messages[message]?.role === "user");
    return spoken ? state.thread?.id : undefined;
  });
  useEffect(() => {
    if (id && id !== threadId) {
      void navigate({ to: "/c/$threadId", params: { threadId: id }, replace: true });
    }
  }, [id, navigate, threadId]);
}

function usePageTitle(conversation: Conversation): void {
  const app = useAppName();
  const name = useConversationState(conversation, (state) => state.thread?.name);
  useEffect(() => {
    document.title = name ? `${name} · ${app}` : app;
  }, [app, name]);
}
