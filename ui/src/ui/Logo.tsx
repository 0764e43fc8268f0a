import { cx } from "./cx";

/** The mark: three spans. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 18 16" className={cx("h-4 w-auto shrink-0", className)} aria-hidden="true">
      <rect y="1" width="18" height="3" rx="1.5" fill="var(--fg)" />
      <rect x="5" y="6.5" width="10" height="3" rx="1.5" fill="var(--accent)" />
      <rect x="8" y="12" width="7" height="3" rx="1.5" fill="var(--fg)" />
    </svg>
  );
}
