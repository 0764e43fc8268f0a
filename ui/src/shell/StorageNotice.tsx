import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSession } from "@/app/session";
import type { ServerStatus } from "@/core/protocol";
import { IconButton } from "@/ui/Button";

type Trouble = "away" | "memory" | "disk" | "shed" | "dropped";

/** Says when what happens here is not, or not yet, stored. What was dismissed stays away. */
export function StorageNotice() {
  const { t } = useTranslation();
  const status = useStore(useSession().status);
  const [dismissed, setDismissed] = useState<readonly Trouble[]>([]);
  const troubles = status ? troublesOf(status) : [];
  const shown = status && troubles.some((trouble) => !dismissed.includes(trouble));
  return (
    <div role="status">
      {shown && (
        <div className="flex items-start gap-3 border-line border-b bg-bg2 py-1 pr-2 pl-4 text-table">
          <TriangleAlert aria-hidden className="mt-1.5 size-4 shrink-0 text-warn" />
          <StorageText status={status} troubles={troubles} />
          <IconButton
            label={t("storage.dismiss")}
            onClick={() => setDismissed([...new Set([...dismissed, ...troubles])])}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}

function troublesOf(status: ServerStatus): Trouble[] {
  const troubles: Trouble[] = [];
  if (status.storage !== "ok") troubles.push(status.storage);
  if (status.disk_refuses) troubles.push("disk");
  if (status.shed_bodies > 0) troubles.push("shed");
  if (status.dropped_rows > 0) troubles.push("dropped");
  return troubles;
}

function StorageText({ status, troubles }: { status: ServerStatus; troubles: Trouble[] }) {
  const { t } = useTranslation();
  const sentences: Record<Trouble, string> = {
    away: status.disk_refuses ? t("storage.awayInMemory") : t("storage.away"),
    memory: t("storage.memory"),
    disk: t("storage.unsaved", { count: status.unsaved_rows }),
    shed: t("storage.shed", { count: status.shed_bodies }),
    dropped: t("storage.dropped", { count: status.dropped_rows }),
  };
  return (
    <p className="min-w-0 flex-1 py-1.5">
      {troubles.map((trouble) => sentences[trouble]).join(" ")}{" "}
      <span className="text-fg2">{status.hint}</span>
    </p>
  );
}
