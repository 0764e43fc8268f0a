/** What is asked after a thumb was pressed: why, and the other scores that the app asks for. */
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation, OwnScore } from "@/core/conversation";
import { scoreKey } from "@/core/conversationState";
import { type ScoreForm, USER_FEEDBACK } from "@/core/protocol";
import { announce } from "@/stores/announcer";
import { Button } from "@/ui/Button";
import { Chips } from "./Chips";
import { type Choice, choicesOf } from "./scoreChoices";

interface Props {
  conversation: Conversation;
  rating: OwnScore;
  isGood: boolean;
  forms: readonly ScoreForm[];
  onClose(): void;
}

/** Does not take the focus: whoever only wanted to press the thumb goes on. */
export function FeedbackPanel({ conversation, rating, isGood, forms, onClose }: Props) {
  const { t } = useTranslation();
  const comment = useRef<HTMLTextAreaElement>(null);
  const [reasons, setReasons] = useState<readonly string[]>(rating.reasons);
  const [chosen, setChosen] = useState<Readonly<Record<string, Choice | null>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const thumbs = forms.find(({ name }) => name === USER_FEEDBACK);
  const offered = (isGood ? thumbs?.good_reasons : thumbs?.reasons) ?? [];
  const asked = forms.filter(({ name, ask }) => ask === "user" && name !== USER_FEEDBACK);
  const given = useConversationState(conversation, (state) => state.scores);

  const keyOf = (form: ScoreForm) => ({
    trace_id: rating.trace_id,
    span_id: rating.span_id,
    user_id: rating.user_id,
    name: form.name,
  });
  const choiceOf = (form: ScoreForm): Choice | null | undefined => {
    const choice = chosen[form.name];
    if (choice !== undefined) return choice;
    const score = given[scoreKey(keyOf(form))];
    return score && { value: score.value, label: score.label };
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    try {
      const text = comment.current?.value.trim() ?? "";
      await conversation.setScore({ ...rating, reasons: [...reasons], comment: text });
      for (const form of asked) {
        const choice = chosen[form.name];
        const key = keyOf(form);
        if (choice) {
          const { type } = form;
          await conversation.setScore({ ...key, type, ...choice, comment: "", reasons: [] });
        } else if (choice === null && given[scoreKey(key)]) await conversation.removeScore(key);
      }
    } catch (error) {
      setProblem(t("answer.feedbackFailed", { reason: (error as Error).message }));
      return;
    }
    announce(t("answer.feedbackSaved"));
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.requestSubmit();
    }
  };
  return (
    <form
      aria-label={t("answer.panel")}
      onSubmit={(event) => void save(event)}
      onKeyDown={onKeyDown}
      className="mt-1 mb-1 ml-1.5 flex w-full flex-col gap-3 rounded-card border border-line bg-bg1 p-3"
    >
      {offered.length > 0 && (
        <Chips
          legend={t(isGood ? "answer.whatWasGood" : "answer.whatWasBad")}
          options={offered}
          isOn={(reason) => reasons.includes(reason)}
          onToggle={(reason) =>
            setReasons(
              reasons.includes(reason)
                ? reasons.filter((other) => other !== reason)
                : [...reasons, reason],
            )
          }
        />
      )}
      {asked.map((form) => {
        const choices = choicesOf(form, t);
        const current = choiceOf(form);
        const isOn = (text: string) => {
          const choice = choices.get(text);
          return choice?.value === current?.value && choice?.label === current?.label;
        };
        return (
          choices.size > 0 && (
            <Chips
              key={form.name}
              legend={form.description || form.name}
              options={[...choices.keys()]}
              isOn={(text) => current != null && isOn(text)}
              onToggle={(text) => {
                const next = current != null && isOn(text) ? null : (choices.get(text) ?? null);
                setChosen({ ...chosen, [form.name]: next });
              }}
            />
          )
        );
      })}
      <textarea
        ref={comment}
        rows={2}
        maxLength={10_000}
        defaultValue={rating.comment}
        aria-label={t("answer.commentLabel")}
        placeholder={t("answer.commentHint")}
        className="field-sizing-content max-h-40 min-h-14 w-full resize-none rounded-control border border-line-strong bg-bg1 px-2 py-1.5 placeholder:text-fg3"
      />
      {problem && (
        <p role="alert" className="text-err text-table">
          {problem}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button look="quiet" size="sm" onClick={onClose}>
          {t("answer.feedbackSkip")}
        </Button>
        <Button type="submit" look="primary" size="sm">
          {t("answer.feedbackSave")}
        </Button>
      </div>
    </form>
  );
}
