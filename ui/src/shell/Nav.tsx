import { Link } from "@tanstack/react-router";
import {
  Keyboard,
  Menu as MenuIcon,
  PanelLeftClose,
  PanelLeftOpen,
  SquarePen,
  X,
} from "lucide-react";
import { Dialog } from "radix-ui";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { usePrefs } from "@/stores/prefs";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { focusDialog } from "@/ui/Dialog";
import { Logo } from "@/ui/Logo";
import { Tooltip } from "@/ui/Tooltip";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { useNav } from "./navContext";
import { ThemeMenu } from "./ThemeMenu";
import { ThreadList } from "./ThreadList";
import { useAppName } from "./useAppName";

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

/** Everything in a sheet from the left. Modal: it lies over the chat. */
function NavSheet() {
  const { t } = useTranslation();
  const { sheetOpen, setSheetOpen } = useNav();
  const close = () => setSheetOpen(false);
  return (
    <Dialog.Root open={sheetOpen} onOpenChange={setSheetOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusDialog}
          className="slide-from-left fixed inset-y-0 left-0 z-50 flex w-[min(19rem,88vw)] flex-col bg-bg2 shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">{t("nav.label")}</Dialog.Title>
          <div className="flex h-12 items-center justify-between pr-2 pl-4">
            <Brand />
            <Dialog.Close asChild>
              <IconButton label={t("nav.close")}>
                <X aria-hidden />
              </IconButton>
            </Dialog.Close>
          </div>
          <NavContent onChoose={close} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Brand() {
  const name = useAppName();
  return (
    <div className="flex min-w-0 items-center gap-2 font-semibold">
      <Logo />
      <span className="truncate">{name}</span>
    </div>
  );
}

function NavContent({ onChoose }: { onChoose?: () => void }) {
  const { t } = useTranslation();
  const { showHelp, setSheetOpen } = useNav();
  return (
    <>
      <div className="px-2 pt-1 pb-2">
        <NewChatLink {...(onChoose ? { onClick: onChoose } : {})} />
      </div>
      <ThreadList {...(onChoose ? { onChoose } : {})} />
      <footer className="flex items-center gap-1 border-line border-t p-2">
        <ThemeMenu />
        <div className="flex-1" />
        <IconButton
          label={t("nav.shortcuts")}
          shortcut="?"
          onClick={() => {
            setSheetOpen(false);
            showHelp();
          }}
        >
          <Keyboard aria-hidden />
        </IconButton>
      </footer>
    </>
  );
}

function NewChatLink(props: Pick<ComponentProps<"a">, "onClick">) {
  const { t } = useTranslation();
  return (
    <Link
      to="/"
      activeOptions={{ exact: true, includeSearch: false }}
      className={cx(
        "flex h-9 items-center gap-2 rounded-card border border-transparent px-2 text-fg2 hover:text-fg coarse:h-11",
        "aria-[current=page]:border-line aria-[current=page]:bg-bg1 aria-[current=page]:text-fg",
      )}
      {...props}
    >
      <SquarePen aria-hidden className="size-4" />
      {t("nav.newChat")}
    </Link>
  );
}
