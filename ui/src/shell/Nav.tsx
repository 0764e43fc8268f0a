import { Link } from "@tanstack/react-router";
import { Keyboard, Menu as MenuIcon, PanelLeftClose, PanelLeftOpen, SquarePen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { usePrefs } from "@/stores/prefs";
import { IconButton } from "@/ui/Button";
import { Logo } from "@/ui/Logo";
import { Tooltip } from "@/ui/Tooltip";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { NavSheet } from "./dialogs";
import { Brand, NavContent } from "./NavContent";
import { useNav } from "./navContext";
import { ThemeMenu } from "./ThemeMenu";

/** The way around: a column on wide screens, icons on narrower ones, a sheet on request. */
export function Nav() {
  const wide = useMediaQuery("(min-width: 1280px)");
  const rail = useMediaQuery("(min-width: 1024px)");
  const folded = usePrefs((prefs) => prefs.navFolded);
  const { sheetOpen } = useNav();
  return (
    <>
      {wide && !folded && <FullNav />}
      {rail && (!wide || folded) && <RailNav />}
      {(!wide || folded) && sheetOpen && <NavSheet />}
    </>
  );
}

function FullNav() {
  const { t } = useTranslation();
  const { toggleNav } = useNav();
  return (
    <div className="flex w-62 shrink-0 flex-col border-line border-r bg-bg2">
      <header className="flex h-11 items-center justify-between pr-2 pl-4">
        <Brand />
        <IconButton label={t("nav.fold")} shortcut="$mod+B" onClick={toggleNav}>
          <PanelLeftClose aria-hidden />
        </IconButton>
      </header>
      <NavContent />
    </div>
  );
}

function RailNav() {
  const { t } = useTranslation();
  const { toggleNav, showHelp } = useNav();
  const wide = useMediaQuery("(min-width: 1280px)");
  return (
    <header className="flex w-14 shrink-0 flex-col items-center gap-1 border-line border-r bg-bg2 py-3">
      <Logo />
      <div className="h-2" />
      <IconButton
        label={wide ? t("nav.unfold") : t("nav.open")}
        shortcut="$mod+B"
        onClick={toggleNav}
      >
        {wide ? <PanelLeftOpen aria-hidden /> : <MenuIcon aria-hidden />}
      </IconButton>
      <Tooltip text={t("nav.newChat")} shortcut="$mod+Shift+O">
        <Link
          to="/"
          aria-label={t("nav.newChat")}
          className="inline-flex size-8 items-center justify-center rounded-control text-fg2 hover:bg-bg1 hover:text-fg coarse:size-11"
        >
          <SquarePen aria-hidden className="size-4" />
        </Link>
      </Tooltip>
      <div className="flex-1" />
      <ThemeMenu iconOnly />
      <IconButton label={t("nav.shortcuts")} shortcut="?" onClick={showHelp}>
        <Keyboard aria-hidden />
      </IconButton>
    </header>
  );
}
