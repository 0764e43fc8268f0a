import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Theme = "system" | "light" | "dark";

interface Prefs {
  /** Null: what the app's author chose. */
  theme: Theme | null;
  navFolded: boolean;
  /** Whether the trace stands beside the chat on wide screens. */
  panelOpen: boolean;
  /** Width of the trace panel in percent of the page beside the navigation. */
  panelShare: number;
  /** Shortcuts without Ctrl; they can get in the way of speech input. */
  singleKeys: boolean;
  set(change: Partial<Omit<Prefs, "set">>): void;
}

/** What this person prefers in this browser. */
export const usePrefs = create<Prefs>()(
  persist(
    (set) => ({
      theme: null,
      navFolded: false,
      panelOpen: true,
      panelShare: 54,
      singleKeys: true,
      set,
    }),
    { name: "spanlit.prefs", version: 1 },
  ),
);
