import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { tinykeys } from "tinykeys";
import { usePrefs } from "@/stores/prefs";

interface Actions {
  toggleNav(): void;
  showHelp(): void;
}

/** Whether the key goes into a text: single-key shortcuts keep out. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return Boolean(target?.closest("input, textarea, select, [contenteditable=true]"));
}

export function useGlobalShortcuts({ toggleNav, showHelp }: Actions): void {
  const navigate = useNavigate();
  const singleKeys = usePrefs((prefs) => prefs.singleKeys);
  useEffect(() => {
    const always = tinykeys(window, {
      "$mod+Shift+KeyO": (event) => {
        event.preventDefault();
        void navigate({ to: "/" });
      },
      "$mod+KeyB": (event) => {
        event.preventDefault();
        toggleNav();
      },
    });
    const help = (event: KeyboardEvent) => {
      if (!isTyping(event)) showHelp();
    };
    const single = singleKeys ? tinykeys(window, { "?": help, "Shift+?": help }) : () => {};
    return () => {
      always();
      single();
    };
  }, [navigate, singleKeys, toggleNav, showHelp]);
}
