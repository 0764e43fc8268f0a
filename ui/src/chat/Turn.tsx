import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { Button } from "@/ui/Button";
import { AnswerActions } from "./AnswerActions";
import { Answer, Question } from "./Message";
import { TurnStrip } from "./TurnStrip";

interface Props {
  conversation: Conversation;
  traceId: string;
  /** Ids of the messages, joined by spaces: a string is equal when it says the same. */
  questions: string;
  answers: string;
  strip: boolean;
  pressed: boolean;
  onShowTrace?: (traceId: string) => void;
}

/** One exchange: what was asked, the strip of its trace, what was answered. */
export const Turn = memo(function Turn(props: Props) {
  const { conversation, traceId, strip, pressed, onShowTrace } = props;
  const turn = useConversationState(conversation, (state) => state.turns[traceId]);
  const answers = idsOf(props.answers);
  return (
    <div data-turn className="mb-6">
      {idsOf(props.questions).map((id) => (
        <Question key={id} conversation={conversation} messageId={id} />
      ))}
      {turn && strip && (
        <TurnStrip
          conversation={conversation}
          turn={turn}
          pressed={pressed}
          {...(onShowTrace ? { onShowTrace } : {})}
        />
      )}
      {answers.map((id) => (
        <Answer key={id} conversation={conversation} messageId={id} />
      ))}
      <TurnEnd {...props} answers={answers} />
      <AnswerActions conversation={conversation} traceId={traceId} answers={answers} />
    </div>
  );
});

interface TurnEndProps extends Omit<Props, "answers"> {
  answers: readonly string[];
}

/** Says why a turn ended if not because it was finished. */
function TurnEnd({ conversation, traceId, answers, onShowTrace }: TurnEndProps) {
  const { t } = useTranslation();
  const status = useConversationState(conversation, (state) => state.turns[traceId]?.status);
  const explained = useConversationState(conversation, (state) =>
    answers.some((id) => state.messages[id]?.is_error),
  );
  if (status === "cancelled") return <p className="mt-2 text-fg2">{t("chat.stopped")}</p>;
  if (status !== "abandoned" && (status !== "error" || explained)) return null;
  return (
    <p className="mt-2 flex flex-wrap items-center gap-2 text-err">
      {status === "error" ? t("chat.failed") : t("chat.abandoned")}
      {onShowTrace && (
        <Button size="sm" onClick={() => onShowTrace(traceId)}>
          {t("chat.showSpan")}
        </Button>
      )}
    </p>
  );
}

function idsOf(joined: string): readonly string[] {
  return joined === "" ? [] : joined.split(" ");
}
