import { useState } from "react";

/** The unsent text of a thread, kept by the browser until it is sent. */
export function useDraft(threadId: string | undefined): [string, (text: string) => void] {
  const key = `spanlit.draft.${threadId ?? "new"}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  const change = (next: string) => {
    setText(next);
    if (next === "") localStorage.removeItem(key);
    else localStorage.setItem(key, next);
  };
  return [text, change];
}
