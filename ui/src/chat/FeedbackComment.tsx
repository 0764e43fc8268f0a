import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";

interface Props {
  initial: string;
  /** Rejects with words for the person if the comment was not taken. */
  onSave(comment: string): Promise<void>;
  onClose(): void;
}

/** Asks for a reason, and takes no for an answer. Does not take the focus. */
export function FeedbackComment({ initial, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await onSave(field.current?.value.trim() ?? "");
    } catch (error) {
      setProblem(t("answer.feedbackFailed", { reason: (error as Error).message }));
    }
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
      className="mt-1 mb-1 ml-1.5 flex w-full flex-col gap-2 rounded-card border border-line bg-bg1 p-2"
    >
      <textarea
        ref={field}
        rows={2}
        maxLength={10_000}
        defaultValue={initial}
        aria-label={t("answer.commentLabel")}
        placeholder={t("answer.commentHint")}
        className="w-full resize-none rounded-control border border-line-strong bg-bg1 px-2 py-1.5 placeholder:text-fg3"
      />
      {problem && (
        <p role="alert" className="text-err text-table">
          {problem}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button look="quiet" size="sm" onClick={onClose}>
          {t("answer.commentSkip")}
        </Button>
        <Button type="submit" look="primary" size="sm">
          {t("answer.commentSend")}
        </Button>
      </div>
    </form>
  );
}
