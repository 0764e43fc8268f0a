import { useState } from "react";

/** The unsent text of a thread, kept by the browser until it is sent. */
export function useDraft(threadId: string | undefined): [string, (text: string) => void] {
  const key = `spanlit.draft.${threadId ?? "new"}`;
  const [draft, setDraft] = useState(() => ({ key, text: load(key) }));
  if (draft.key !== key) setDraft({ key, text: load(key) });
  const change = (text: string) => {
    setDraft({ key, text });
    if (text === "") localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  };
  return [draft.text, change];
}

function load(key: string): string {
  return localStorage.getItem(key) ?? "";
}
