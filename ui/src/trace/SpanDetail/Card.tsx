import type { ReactNode } from "react";

interface CardProps {
  title: ReactNode;
  /** Buttons at the end of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A titled box of the detail. */
export function Card({ title, actions, children }: CardProps) {
  return (
    <section className="min-w-0 overflow-hidden rounded-card border border-line">
      <header className="flex min-h-7 items-center gap-2 bg-bg2 pr-1 pl-2.5 text-meta text-fg2">
        <h4 className="min-w-0 flex-1 truncate font-medium">{title}</h4>
        {actions}
      </header>
      <div className="px-2.5 py-2">{children}</div>
    </section>
  );
}

/** Two cards beside each other where there is room for both. */
export function CardPair({ children }: { children: ReactNode }) {
  return <div className="grid items-start gap-2 @lg:grid-cols-2">{children}</div>;
}
