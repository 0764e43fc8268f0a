import { Link } from "@tanstack/react-router";
import { Keyboard, SquarePen } from "lucide-react";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Logo } from "@/ui/Logo";
import { useNav } from "./navContext";
import { ThemeMenu } from "./ThemeMenu";
import { ThreadList } from "./ThreadList";
import { useAppName } from "./useAppName";

export function Brand() {
  const name = useAppName();
  return (
    <div className="flex min-w-0 items-center gap-2 font-semibold">
      <Logo />
      <span className="truncate">{name}</span>
    </div>
  );
}

/** What the column and the sheet have in common. */
export function NavContent({ onChoose }: { onChoose?: () => void }) {
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
