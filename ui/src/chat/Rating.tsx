import { ThumbsDown, ThumbsUp } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation, OwnScore } from "@/core/conversation";
import { scoreKey } from "@/core/conversationState";
import { USER_FEEDBACK } from "@/core/protocol";
import { useScoreForms, useUserId } from "@/shell/useScoreForms";
import { announce } from "@/stores/announcer";
import { IconButton } from "@/ui/Button";
import { deferred } from "@/ui/deferred";

const FeedbackPanel = deferred(() => import("./FeedbackPanel").then((m) => m.FeedbackPanel));

const GOOD = 1;
const BAD = 0;

interface Props {
  conversation: Conversation;
  traceId: string;
  /** The answer. */
  spanId: string;
}

/** The thumbs, and below them a panel that asks why. A second press takes the rating back. */
export function Rating({ conversation, traceId, spanId }: Props) {
  const { t } = useTranslation();
  const forms = useScoreForms();
  const key = {
    trace_id: traceId,
    span_id: spanId,
    user_id: useUserId(),
    name: USER_FEEDBACK,
  };
  const score = useConversationState(conversation, (state) => state.scores[scoreKey(key)]);
  const [asking, setAsking] = useState(false);
  const thumbs = useRef<HTMLDivElement>(null);

  const rate = async (value: number) => {
    const removes = score?.value === value;
    setAsking(!removes);
    try {
      if (removes) await conversation.removeScore(key);
      else await conversation.setScore(thumb(key, value));
      if (removes) announce(t("answer.feedbackRemoved"));
    } catch (error) {
      setAsking(false);
      announce(t("answer.feedbackFailed", { reason: (error as Error).message }));
    }
  };
  const close = () => {
    thumbs.current?.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    setAsking(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !asking) return;
    event.stopPropagation();
    setAsking(false);
  };
  if (forms.some(({ name, ask }) => name === USER_FEEDBACK && ask === "none")) return null;
  return (
    <>
      <div ref={thumbs} className="contents">
        <IconButton
          label={t("answer.good")}
          aria-pressed={score?.value === GOOD}
          onClick={() => void rate(GOOD)}
          onKeyDown={onKeyDown}
        >
          <ThumbsUp aria-hidden className="[[aria-pressed=true]_&]:fill-current" />
        </IconButton>
        <IconButton
          label={t("answer.bad")}
          aria-pressed={score?.value === BAD}
          onClick={() => void rate(BAD)}
          onKeyDown={onKeyDown}
        >
          <ThumbsDown aria-hidden className="[[aria-pressed=true]_&]:fill-current" />
        </IconButton>
      </div>
      {asking && score && (
        <FeedbackPanel
          key={score.value}
          conversation={conversation}
          rating={score}
          isGood={score.value === GOOD}
          forms={forms}
          onClose={close}
        />
      )}
    </>
  );
}

function thumb(key: Pick<OwnScore, "trace_id" | "span_id" | "user_id" | "name">, value: number) {
  return { ...key, type: "boolean", value, label: "", comment: "", reasons: [] } as OwnScore;
}
