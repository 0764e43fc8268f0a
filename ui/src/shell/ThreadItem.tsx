import { Link } from "@tanstack/react-router";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ThreadView } from "@/core/protocol";
import { IconButton } from "@/ui/Button";
import { Menu, MenuItem } from "@/ui/Menu";
import { DeleteThreadDialog } from "./dialogs";
import { RenameField } from "./RenameField";

interface Props {
  thread: ThreadView;
  onChoose?: () => void;
}

/** A thread in the list: a link, with a menu that shows itself on hover, on focus and on touch. */
export function ThreadItem({ thread, onChoose }: Props) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<"link" | "rename" | "delete">("link");
  if (mode === "rename") {
    return (
      <li className="px-2 py-1">
        <RenameField thread={thread} onDone={() => setMode("link")} />
      </li>
    );
  }
  return (
    <li className="group relative flex items-center rounded-card has-aria-[current=page]:bg-bg1 has-aria-[current=page]:shadow-[inset_0_0_0_1px_var(--line)]">
      <Link
        to="/c/$threadId"
        params={{ threadId: thread.id }}
        activeOptions={{ includeSearch: false }}
        className="flex h-8.5 min-w-0 flex-1 items-center gap-2 rounded-card pr-9 pl-2 text-fg2 hover:text-fg aria-[current=page]:text-fg coarse:h-11 coarse:pr-12"
        {...(onChoose ? { onClick: onChoose } : {})}
        onKeyDown={(event) => {
          if (event.key === "F2") setMode("rename");
        }}
      >
        <span className="truncate">{thread.name || t("chat.untitled")}</span>
        {thread.running && <RunningDot />}
      </Link>
      <Menu
        trigger={
          <IconButton
            label={t("threads.menu", { name: thread.name })}
            className="absolute right-0 opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 coarse:opacity-100"
          >
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <ThreadMenuItems onRename={() => setMode("rename")} onDelete={() => setMode("delete")} />
      </Menu>
      <DeleteThreadDialog
        thread={thread}
        open={mode === "delete"}
        onOpenChange={(open) => setMode(open ? "delete" : "link")}
      />
    </li>
  );
}

/** Where the menu is; beside it while the menu is shown. */
function RunningDot() {
  const { t } = useTranslation();
  return (
    <>
      <span className="sr-only">({t("threads.running")})</span>
      <span
        aria-hidden
        className="ml-auto size-2 shrink-0 rounded-full bg-accent pointer-fine:translate-x-6 pointer-fine:group-focus-within:translate-x-0 pointer-fine:group-hover:translate-x-0"
      />
    </>
  );
}

interface MenuItemsProps {
  onRename(): void;
  onDelete(): void;
}

export function ThreadMenuItems({ onRename, onDelete }: MenuItemsProps) {
  const { t } = useTranslation();
  return (
    <>
      <MenuItem onSelect={onRename}>
        <Pencil aria-hidden />
        {t("threads.rename")}
      </MenuItem>
      <MenuItem onSelect={onDelete}>
        <Trash2 aria-hidden />
        {t("threads.delete")}
      </MenuItem>
    </>
  );
}
