import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSession } from "@/app/session";
import { announce } from "@/stores/announcer";
import { useDelayed } from "@/ui/useDelayed";

/** Shorter interruptions pass unnoticed. */
const QUIET_MS = 2_000;
const BACK_MS = 5_000;

/** Says that the line is down, and after it what was caught up. */
export function ConnectionBanner() {
  const text = useBannerText();
  useEffect(() => {
    if (text) announce(text);
  }, [text]);
  if (!text) return null;
  return (
    <p className="flex items-center justify-center gap-2 border-line border-b bg-bg2 px-4 py-2 text-table">
      {text}
    </p>
  );
}

function useBannerText(): string | null {
  const { t } = useTranslation();
  const { state, caughtUp } = useStore(useSession().connection);
  const lost = useDelayed(state === "offline", QUIET_MS);
  const [wasLost, setWasLost] = useState(false);
  if (lost && !wasLost) setWasLost(true);

  const back = wasLost && state === "online" && caughtUp !== null;
  useEffect(() => {
    if (!back) return;
    const timer = setTimeout(() => setWasLost(false), BACK_MS);
    return () => clearTimeout(timer);
  }, [back]);

  if (lost) return t("connection.lost");
  if (!back) return null;
  return caughtUp > 0 ? t("connection.backCaughtUp", { count: caughtUp }) : t("connection.back");
}
