import { memo } from "react";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { AnswerActions } from "./AnswerActions";
import { Answer, Question } from "./Message";
import { TurnEnd } from "./TurnEnd";
import { TurnStrip } from "./TurnStrip";

interface Props {
  conversation: Conversation;
  traceId: string;
  /** Ids of the messages, joined by spaces: a string is equal when it says the same. */
  questions: string;
  answers: string;
  strip: boolean;
  pressed: boolean;
  onShowTrace?: (traceId: string, spanId?: string) => void;
  /** The question is about to be sent again. */
  onRetry?: () => void;
}

/** One exchange: what was asked, the strip of its trace, what was answered. */
export const Turn = memo(function Turn(props: Props) {
  const { conversation, traceId, strip, pressed, onShowTrace, onRetry } = props;
  const turn = useConversationState(conversation, (state) => state.turns[traceId]);
  const questions = idsOf(props.questions);
  const answers = idsOf(props.answers);
  return (
    <div data-turn className="mb-6">
      {questions.map((id) => (
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
      <TurnEnd
        conversation={conversation}
        traceId={traceId}
        questions={questions}
        answers={answers}
        {...(onShowTrace ? { onShowTrace } : {})}
        {...(onRetry ? { onRetry } : {})}
      />
      <AnswerActions conversation={conversation} traceId={traceId} answers={answers} />
    </div>
  );
});

function idsOf(joined: string): readonly string[] {
  return joined === "" ? [] : joined.split(" ");
}
