import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";

interface Props {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  description?: string;
  /** The buttons at the end. */
  footer?: ReactNode;
  children?: ReactNode;
}

/**
 * The dialog itself gets the focus when it opens: on its first button, the one that closes it, the
 * focus would open a tooltip, and that would take the first Esc.
 */
export function focusDialog(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

/** A modal dialog: keeps the focus, Esc closes. */
export function Dialog(props: Props) {
  const { open, onOpenChange, title, description, footer, children } = props;
  const { t } = useTranslation();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusDialog}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[85dvh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col rounded-card border border-line bg-bg1 shadow-float outline-none"
        >
          <div className="flex items-center justify-between gap-4 px-4 pt-3">
            <Primitive.Title className="font-semibold text-h3">{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label={t("shortcuts.close")}>
                <X aria-hidden />
              </IconButton>
            </Primitive.Close>
          </div>
          <div className="min-h-0 overflow-y-auto px-4 pt-1 pb-4">
            {description && (
              <Primitive.Description className="text-fg2">{description}</Primitive.Description>
            )}
            {children}
          </div>
          {footer && (
            <div className="flex justify-end gap-2 border-line border-t px-4 py-3">{footer}</div>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
