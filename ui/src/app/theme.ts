import { useEffect } from "react";
import { type Theme, usePrefs } from "@/stores/prefs";

/** Show `theme` from now on; tokens.css does the rest. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** Follow the person's choice, or else the author's. */
export function useTheme(authorsChoice: Theme | undefined): void {
  const theme = usePrefs((prefs) => prefs.theme) ?? authorsChoice;
  useEffect(() => {
    if (theme) applyTheme(theme);
  }, [theme]);
}
