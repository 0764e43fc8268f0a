import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { configQuery } from "@/api/queries";
import { useAppName } from "@/shell/useAppName";
import { Logo } from "@/ui/Logo";

/** Before the first message: what this is and what to do. */
export function EmptyState() {
  const { t } = useTranslation();
  const name = useAppName();
  const { data: config } = useQuery(configQuery);
  return (
    <div className="flex min-h-[60dvh] flex-col items-center justify-center text-center">
      <Logo className="mb-6 h-10" />
      <p className="wrap-anywhere max-w-full text-balance font-semibold text-hero tracking-tight">
        {name}
      </p>
      <p className="wrap-anywhere mx-auto mt-3 max-w-md text-balance text-answer text-fg2">
        {config?.description || t("chat.emptyHint")}
      </p>
    </div>
  );
}
