import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { tinykeys } from "tinykeys";
import type { Conversation } from "@/core/conversation";
import { isRunning } from "@/core/conversationState";
import { isTyping } from "@/shell/useGlobalShortcuts";
import { usePrefs } from "@/stores/prefs";
import type { TracePanelControls } from "./useTracePanel";

export function useChatShortcuts(conversation: Conversation, panel: TracePanelControls): void {
  const { t } = useTranslation();
  const singleKeys = usePrefs((prefs) => prefs.singleKeys);
  const { toggle } = panel;
  useEffect(
    () =>
      tinykeys(window, {
        "$mod+KeyJ": (event) => {
          event.preventDefault();
          toggle();
        },
        "Escape Escape": () => {
          const { stopping } = conversation.store.getState();
          if (isRunning(conversation.store.getState()) && !stopping) {
            void conversation.stop(t("chat.notSentStopped"));
          }
        },
        "Alt+ArrowUp": (event) => moveToAnswer(event, -1),
        "Alt+ArrowDown": (event) => moveToAnswer(event, 1),
      }),
    [conversation, t, toggle],
  );
  useEffect(() => {
    if (!singleKeys) return;
    return tinykeys(window, {
      y: (event) => pressInAnswer(event, t("answer.copy")),
      "(\\+)": (event) => pressInAnswer(event, t("answer.good")),
      "Shift+(\\+)": (event) => pressInAnswer(event, t("answer.good")),
      "-": (event) => pressInAnswer(event, t("answer.bad")),
    });
  }, [singleKeys, t]);
}

function moveToAnswer(event: KeyboardEvent, step: 1 | -1): void {
  const answers = [...document.querySelectorAll<HTMLElement>("[data-answer]")];
  const here = answers.findIndex((answer) => answer.contains(document.activeElement));
  const next = here === -1 ? (step === -1 ? answers.at(-1) : answers[0]) : answers[here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** Press the button of that name that belongs to the answer with the focus. */
function pressInAnswer(event: KeyboardEvent, name: string): void {
  if (isTyping(event)) return;
  const turn = document.activeElement?.closest("[data-answer]")?.closest("[data-turn]");
  turn?.querySelector<HTMLElement>(`button[aria-label="${CSS.escape(name)}"]`)?.click();
}
