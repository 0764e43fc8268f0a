const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);
const NAMES: Record<string, string> = { $mod: isMac ? "⌘" : "Ctrl", Alt: isMac ? "⌥" : "Alt" };

/** A shortcut in tinykeys' notation, as it is printed on this machine's keys. */
export function Keys({ keys }: { keys: string }) {
  const names = keys === "+" ? ["+"] : keys.split("+");
  return (
    <span className="inline-flex gap-1">
      {names.map((name) => (
        <kbd key={name} className="rounded-bar border border-current/40 px-1 font-sans text-meta">
          {NAMES[name] ?? name}
        </kbd>
      ))}
    </span>
  );
}
