import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/Button";
import { focusDialog } from "@/ui/Dialog";
import { Brand, NavContent } from "./NavContent";
import { useNav } from "./navContext";

/** Everything in a sheet from the left. Modal: it lies over the chat. */
export function NavSheet() {
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
