import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { deleteThread, hideThread } from "@/api/queries";
import { useSession } from "@/app/session";
import type { ThreadView } from "@/core/protocol";
import { announce } from "@/stores/announcer";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

interface Props {
  thread: ThreadView;
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Asks before a thread is deleted: there is no way back. */
export function DeleteThreadDialog({ thread, open, onOpenChange }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useSession();
  const navigate = useNavigate();
  const { threadId } = useParams({ strict: false });
  const [problem, setProblem] = useState<string | null>(null);

  const remove = async () => {
    try {
      await deleteThread(thread.id);
    } catch (error) {
      setProblem(t("threads.deleteFailed", { reason: (error as Error).message }));
      return;
    }
    onOpenChange(false);
    if (threadId === thread.id) await navigate({ to: "/" });
    hideThread(client, thread.id);
    session.forget(thread.id);
    announce(t("threads.deleted"));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("threads.deleteTitle")}
      description={t("threads.deleteBody", { name: thread.name })}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("threads.cancel")}</Button>
          <Button look="danger" onClick={() => void remove()}>
            {t("threads.deleteConfirm")}
          </Button>
        </>
      }
    >
      {problem && (
        <p role="alert" className="mt-2 text-err">
          {problem}
        </p>
      )}
    </Dialog>
  );
}
