import { Check, Copy, ThumbsDown, ThumbsUp } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { scoreKey } from "@/core/conversationState";
import { type SpanRef, USER_FEEDBACK } from "@/core/protocol";
import { announce } from "@/stores/announcer";
import { IconButton } from "@/ui/Button";
import { copyText } from "@/ui/copyText";
import { FeedbackComment } from "./FeedbackComment";

export const GOOD = 1;
export const BAD = 0;

interface Props {
  conversation: Conversation;
  traceId: string;
  answers: readonly string[];
}

/** Under a finished answer: copy it, say whether it was good. */
export function AnswerActions({ conversation, traceId, answers }: Props) {
  const said = useConversationState(conversation, (state) => {
    if (state.turns[traceId]?.status === "running") return "";
    return answers
      .filter((id) => {
        const message = state.messages[id];
        return message?.role === "assistant" && !message.is_error && message.status !== "running";
      })
      .join(" ");
  });
  const spanId = said.split(" ").at(-1);
  if (!spanId) return null;
  return (
    <div className="mt-2 -ml-1.5">
      <div className="flex flex-wrap items-center gap-0.5">
        <CopyAnswer conversation={conversation} answers={said.split(" ")} />
        <Rating conversation={conversation} span={{ traceId, spanId }} />
      </div>
    </div>
  );
}

function CopyAnswer({ conversation, answers }: Omit<Props, "traceId">) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const done = await copyText(answerText(conversation, answers));
    setCopied(done);
    announce(done ? t("answer.copied") : t("answer.copyFailed"));
  };
  return (
    <IconButton label={copied ? t("answer.copied") : t("answer.copy")} onClick={copy}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}

function Rating({ conversation, span }: { conversation: Conversation; span: SpanRef }) {
  const { t } = useTranslation();
  const key = scoreKey(span, USER_FEEDBACK);
  const score = useConversationState(conversation, (state) => state.scores[key]);
  const [asking, setAsking] = useState(false);
  const rate = async (value: number) => {
    const next = score?.value === value ? null : value;
    setAsking(next !== null);
    try {
      await conversation.rate(span, next);
    } catch (error) {
      setAsking(false);
      announce(t("answer.feedbackFailed", { reason: (error as Error).message }));
    }
  };
  return (
    <>
      <IconButton
        label={t("answer.good")}
        aria-pressed={score?.value === GOOD}
        onClick={() => void rate(GOOD)}
      >
        <ThumbsUp aria-hidden className="[[aria-pressed=true]_&]:fill-current" />
      </IconButton>
      <IconButton
        label={t("answer.bad")}
        aria-pressed={score?.value === BAD}
        onClick={() => void rate(BAD)}
      >
        <ThumbsDown aria-hidden className="[[aria-pressed=true]_&]:fill-current" />
      </IconButton>
      {asking && score && (
        <FeedbackComment
          initial={score.comment}
          onSave={async (comment) => {
            await conversation.rate(span, score.value, comment);
            setAsking(false);
            announce(t("answer.commentSaved"));
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

export function answerText(conversation: Conversation, answers: readonly string[]): string {
  return answers.map((id) => conversation.text(id).text).join("\n\n");
}
