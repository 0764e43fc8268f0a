import { ListTree, RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { isRunning } from "@/core/conversationState";
import { failingSpan } from "@/trace";
import { Button } from "@/ui/Button";

interface Props {
  conversation: Conversation;
  traceId: string;
  questions: readonly string[];
  answers: readonly string[];
  onShowTrace?: (traceId: string, spanId?: string) => void;
  onRetry?: () => void;
}

/** Says why a turn ended if not because it was finished, and what can be done. */
export function TurnEnd(props: Props) {
  const { conversation, traceId, questions, answers, onShowTrace, onRetry } = props;
  const { t } = useTranslation();
  const turn = useConversationState(conversation, (state) => state.turns[traceId]);
  const explained = useConversationState(conversation, (state) =>
    answers.some((id) => state.messages[id]?.is_error),
  );
  const canRetry = useConversationState(
    conversation,
    (state) =>
      questions.length > 0 &&
      state.turnOrder.at(-1) === traceId &&
      state.pending.length === 0 &&
      !isRunning(state),
  );
  if (!turn || turn.status === "running" || turn.status === "ok") return null;
  const failed = turn.status !== "cancelled";
  const showTrace = () =>
    onShowTrace?.(traceId, failingSpan(conversation.trace(traceId), turn.span_id));
  const retry = () => {
    onRetry?.();
    conversation.send(questions.map((id) => conversation.text(id).text).join("\n\n"));
  };
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-2">
      {!(explained && turn.status === "error") && (
        <p className={failed ? "text-err" : "text-fg2"}>{t(`chat.ended.${turn.status}`)}</p>
      )}
      <div className="flex flex-wrap gap-2">
        {failed && onShowTrace && (
          <Button size="sm" onClick={showTrace}>
            <ListTree aria-hidden className="size-3.5" />
            {t("chat.showTrace")}
          </Button>
        )}
        {canRetry && (
          <Button size="sm" onClick={retry}>
            <RotateCcw aria-hidden className="size-3.5" />
            {t("chat.tryAgain")}
          </Button>
        )}
      </div>
    </div>
  );
}
