import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSession } from "@/app/session";
import type { ServerStatus } from "@/core/protocol";
import { IconButton } from "@/ui/Button";

/** Says when what happens here is not, or not yet, stored. Stays away once dismissed. */
export function StorageNotice() {
  const { t } = useTranslation();
  const status = useStore(useSession().status);
  const [dismissed, setDismissed] = useState<ServerStatus["storage"] | null>(null);
  const shown = status && status.storage !== "ok" && status.storage !== dismissed;
  return (
    <div role="status">
      {shown && (
        <div className="flex items-start gap-3 border-line border-b bg-bg2 py-1 pr-2 pl-4 text-table">
          <TriangleAlert aria-hidden className="mt-1.5 size-4 shrink-0 text-warn" />
          <StorageText status={status} />
          <IconButton label={t("storage.dismiss")} onClick={() => setDismissed(status.storage)}>
            <X aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}

function StorageText({ status }: { status: ServerStatus }) {
  const { t } = useTranslation();
  const words = status.storage === "memory" ? t("storage.memory") : t("storage.away");
  return (
    <p className="min-w-0 flex-1 py-1.5">
      {words}{" "}
      {status.shed_bodies > 0 && <>{t("storage.shed", { count: status.shed_bodies })} </>}
      {status.dropped_rows > 0 && <>{t("storage.dropped", { count: status.dropped_rows })} </>}
      <span className="text-fg2">{status.hint}</span>
    </p>
  );
}
