import type { ReactNode } from "react";

interface Props {
  title: string;
  hint: string;
  children?: ReactNode;
}

/** A page that has only this to say. */
export function PageMessage({ title, hint, children }: Props) {
  return (
    <div className="mx-auto flex h-full max-w-md flex-col items-center justify-center gap-3 p-6 text-center">
      <h1 className="font-semibold text-title">{title}</h1>
      <p className="text-fg2">{hint}</p>
      {children}
    </div>
  );
}
