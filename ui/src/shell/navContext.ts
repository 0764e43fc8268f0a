import { createContext, useContext } from "react";

interface NavControls {
  sheetOpen: boolean;
  setSheetOpen(open: boolean): void;
  /** Fold or unfold on wide screens; open or close the sheet on others. */
  toggleNav(): void;
  showHelp(): void;
}

export const NavContext = createContext<NavControls | null>(null);

export function useNav(): NavControls {
  const controls = useContext(NavContext);
  if (!controls) throw new Error("useNav needs a NavContext around it");
  return controls;
}
