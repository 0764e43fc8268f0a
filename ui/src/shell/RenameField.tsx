import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { renameThread, showThread, threadsQuery } from "@/api/queries";
import type { ThreadView } from "@/core/protocol";
import { announce } from "@/stores/announcer";
import { cx } from "@/ui/cx";

interface Props {
  thread: ThreadView;
  onDone(): void;
  className?: string;
}

/** The name of a thread as a text field: Enter and leaving save, Esc does not. */
export function RenameField({ thread, onDone, className }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const finished = useRef(false);

  // A menu that is closing gives the focus back to its button, so wait until it has.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.select();
    });
    return () => cancelAnimationFrame(frame);
  }, []);

  const finish = async (save: boolean) => {
    if (finished.current) return;
    finished.current = true;
    const name = input.current?.value.trim() ?? "";
    onDone();
    if (!save || name === "" || name === thread.name) return;
    showThread(client, { ...thread, name });
    try {
      await renameThread(thread.id, name);
    } catch (error) {
      announce(t("threads.renameFailed", { reason: (error as Error).message }));
      await client.invalidateQueries({ queryKey: threadsQuery.queryKey });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") void finish(true);
    if (event.key === "Escape") void finish(false);
  };
  return (
    <input
      ref={input}
      aria-label={t("threads.renameLabel")}
      defaultValue={thread.name}
      maxLength={200}
      onKeyDown={onKeyDown}
      onBlur={() => void finish(true)}
      className={cx(
        "h-8 w-full min-w-0 rounded-control border border-line-strong bg-bg1 px-2 coarse:h-11",
        className,
      )}
    />
  );
}
