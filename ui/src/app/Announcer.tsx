import { useAnnouncement } from "@/stores/announcer";

/** The one polite live region: the conversation itself is never read token by token. */
export function Announcer() {
  const { text, id } = useAnnouncement();
  return (
    <div className="sr-only" aria-live="polite" aria-atomic="true">
      <span key={id}>{text}</span>
    </div>
  );
}
