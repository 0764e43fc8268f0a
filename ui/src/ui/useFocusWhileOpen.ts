import { type RefObject, useEffect } from "react";

/** The element has the focus while it is there, and gives it back to where it was. */
export function useFocusWhileOpen(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [ref]);
}
