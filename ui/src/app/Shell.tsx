import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { configQuery } from "@/api/queries";
import { ConnectionBanner } from "@/shell/ConnectionBanner";
import { ShortcutsDialog } from "@/shell/dialogs";
import { Nav } from "@/shell/Nav";
import { NavContext } from "@/shell/navContext";
import { SkipLinks } from "@/shell/SkipLinks";
import { StorageNotice } from "@/shell/StorageNotice";
import { useGlobalShortcuts } from "@/shell/useGlobalShortcuts";
import { useLiveThreads } from "@/shell/useLiveThreads";
import { usePrefs } from "@/stores/prefs";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { Announcer } from "./Announcer";
import { useTheme } from "./theme";

/** What stands around every page. */
export function Shell() {
  const [sheetOpen, setSheetOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const wide = useMediaQuery("(min-width: 1280px)");
  const { data: config } = useQuery(configQuery);
  useTheme(config?.default_theme);
  useLiveThreads();

  const toggleNav = () => {
    if (!wide) setSheetOpen((open) => !open);
    else usePrefs.setState(({ navFolded }) => ({ navFolded: !navFolded }));
  };
  useGlobalShortcuts({ toggleNav, showHelp: () => setHelpOpen(true) });

  return (
    <NavContext value={{ sheetOpen, setSheetOpen, toggleNav, showHelp: () => setHelpOpen(true) }}>
      <div className="flex h-dvh overflow-hidden bg-bg1">
        <SkipLinks />
        <Nav />
        <div className="flex min-w-0 flex-1 flex-col">
          <ConnectionBanner />
          <StorageNotice />
          <div className="flex min-h-0 flex-1">
            <Outlet />
          </div>
        </div>
      </div>
      <ShortcutsDialog open={helpOpen} onOpenChange={setHelpOpen} />
      <Announcer />
    </NavContext>
  );
}
