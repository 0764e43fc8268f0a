import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { configQuery } from "@/api/queries";

export const MESSAGE_BOX_ID = "message";
export const TRACE_PANEL_ID = "trace";

const LINK =
  "sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-bg1 focus:px-3 focus:py-2 focus:font-medium focus:shadow-float";

/** Buttons, not links: with a `<base href>` a link to `#message` would leave the page. */
export function SkipLinks() {
  const { t } = useTranslation();
  const trace = useQuery(configQuery).data?.trace;
  const hasPanel = trace === "full" || trace === "tool_call";
  return (
    <>
      <button type="button" className={LINK} onClick={() => focus(MESSAGE_BOX_ID)}>
        {t("nav.skipToMessage")}
      </button>
      {hasPanel && (
        <button type="button" className={LINK} onClick={() => focus(TRACE_PANEL_ID)}>
          {t("nav.skipToTrace")}
        </button>
      )}
    </>
  );
}

function focus(id: string): void {
  document.getElementById(id)?.focus();
}
