import { TriangleAlert } from "lucide-react";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import type { Message } from "@/core/conversationState";
import { UserBubble } from "./UserBubble";

/** Its own chunk, fetched right after the first paint. */
const loadMarkdown = () => import("@/markdown/Markdown");
const Markdown = lazy(loadMarkdown);
void loadMarkdown();

interface Props {
  conversation: Conversation;
  messageId: string;
}

function useText(conversation: Conversation, messageId: string): string {
  const buffer = conversation.text(messageId);
  return useSyncExternalStore(buffer.subscribe, buffer.shown);
}

/** What the person said. */
export function Question({ conversation, messageId }: Props) {
  const text = useText(conversation, messageId);
  return (
    <div className="mb-5">
      <UserBubble text={text} />
    </div>
  );
}

/** What the app said, while it says it and after. */
export function Answer({ conversation, messageId }: Props) {
  const { t } = useTranslation();
  const message = useConversationState(conversation, (state) => state.messages[messageId]);
  const text = useText(conversation, messageId);
  if (!message) return null;
  if (message.role === "user") return <Question {...{ conversation, messageId }} />;
  const live = message.status === "running";
  return (
    <article
      data-answer={messageId}
      aria-label={labelOf(message, t)}
      aria-busy={live}
      tabIndex={-1}
      className="mt-2 scroll-mt-4 rounded-control"
    >
      {message.is_error ? (
        <ErrorText text={text} />
      ) : message.role === "system" ? (
        <p className="whitespace-pre-wrap text-fg2 text-table">{text}</p>
      ) : (
        <AnswerText text={text} live={live} />
      )}
    </article>
  );
}

function labelOf(message: Message, t: ReturnType<typeof useTranslation>["t"]): string {
  if (message.is_error) return t("chat.error");
  return message.role === "system"
    ? t("chat.system")
    : t("chat.answer", { author: message.author });
}

function AnswerText({ text, live }: { text: string; live: boolean }) {
  if (text === "") return live ? <p className="caret" /> : null;
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap text-answer">{text}</p>}>
      <Markdown text={text} live={live} />
    </Suspense>
  );
}

function ErrorText({ text }: { text: string }) {
  return (
    <div className="flex gap-2 rounded-card bg-err-soft px-3 py-2 text-err">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="wrap-anywhere min-w-0 whitespace-pre-wrap">{text}</p>
    </div>
  );
}
