import { Ellipsis, ListTree, Menu as MenuIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import type { ThreadView } from "@/core/protocol";
import { DeleteThreadDialog } from "@/shell/dialogs";
import { useNav } from "@/shell/navContext";
import { RenameField } from "@/shell/RenameField";
import { ThreadMenuItems } from "@/shell/ThreadItem";
import { Button, IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { useMediaQuery } from "@/ui/useMediaQuery";
import type { TracePanelControls } from "./useTracePanel";

interface Props {
  conversation: Conversation;
  panel: TracePanelControls;
}

export function ChatHeader({ conversation, panel }: Props) {
  const { t } = useTranslation();
  const thread = useConversationState(conversation, (state) => state.thread);
  const [renaming, setRenaming] = useState(false);
  const stored = thread !== null && thread.name !== "";
  return (
    <div className="flex h-11 shrink-0 items-center gap-1 border-line border-b pr-2 pl-4 max-sm:h-12">
      <NavButton />
      {renaming && stored ? (
        <>
          <h1 className="sr-only">{thread.name}</h1>
          <RenameField thread={thread} onDone={() => setRenaming(false)} className="max-w-80" />
          <div className="flex-1" />
        </>
      ) : (
        <h1 className="min-w-0 flex-1 truncate font-semibold text-ui">
          {thread?.name || t("chat.untitled")}
        </h1>
      )}
      {panel.available && <PanelButton panel={panel} />}
      {stored && <ThreadMenu thread={thread} onRename={() => setRenaming(true)} />}
    </div>
  );
}

/** Opens the navigation where it is neither a column nor a row of icons. */
function NavButton() {
  const { t } = useTranslation();
  const { toggleNav } = useNav();
  const hasRail = useMediaQuery("(min-width: 1024px)");
  if (hasRail) return null;
  return (
    <IconButton label={t("nav.open")} onClick={toggleNav} className="-ml-2">
      <MenuIcon aria-hidden />
    </IconButton>
  );
}

function PanelButton({ panel }: { panel: TracePanelControls }) {
  const { t } = useTranslation();
  const label = panel.open ? t("chat.hideTrace") : t("chat.showTrace");
  if (!panel.beside) {
    return (
      <IconButton label={label} aria-expanded={panel.open} onClick={panel.toggle}>
        <ListTree aria-hidden />
      </IconButton>
    );
  }
  return (
    <Button look="quiet" aria-expanded={panel.open} onClick={panel.toggle}>
      {label}
    </Button>
  );
}

function ThreadMenu({ thread, onRename }: { thread: ThreadView; onRename(): void }) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t("chat.options")}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <ThreadMenuItems onRename={onRename} onDelete={() => setDeleting(true)} />
      </Menu>
      <DeleteThreadDialog thread={thread} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
