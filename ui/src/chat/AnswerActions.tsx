import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { announce } from "@/stores/announcer";
import { IconButton } from "@/ui/Button";
import { copyText } from "@/ui/copyText";
import { Rating } from "./Rating";

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
        <Rating conversation={conversation} traceId={traceId} spanId={spanId} />
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

export function answerText(conversation: Conversation, answers: readonly string[]): string {
  return answers.map((id) => conversation.text(id).text).join("\n\n");
}
