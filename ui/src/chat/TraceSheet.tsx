import { ChevronDown, ChevronUp } from "lucide-react";
import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { TRACE_PANEL_ID } from "@/shell/SkipLinks";
import { IconButton } from "@/ui/Button";
import { useFocusWhileOpen } from "@/ui/useFocusWhileOpen";

/** Heights in percent of the window. */
const HALF = 58;
const FULL = 92;
/** Dragged below this, the sheet closes. */
const CLOSE_BELOW = 35;

export interface SheetState {
  full: boolean;
  setFull(full: boolean): void;
}

interface Props {
  children(sheet: SheetState): ReactNode;
  onClose(): void;
}

/** A sheet from the bottom of a phone; the chat above it stays usable. */
export function TraceSheet({ children, onClose }: Props) {
  const { t } = useTranslation();
  const [full, setFull] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const ref = useRef<HTMLElement>(null);
  useFocusWhileOpen(ref);

  const onDrag = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(full ? FULL : HALF);
  };
  const onMove = (event: PointerEvent) => {
    if (dragged === null) return;
    const height = (1 - event.clientY / window.innerHeight) * 100;
    setDragged(Math.min(FULL, Math.max(0, height)));
  };
  const onDrop = () => {
    if (dragged === null) return;
    setDragged(null);
    if (dragged < CLOSE_BELOW) onClose();
    else setFull(dragged > (HALF + FULL) / 2);
  };
  return (
    <aside
      ref={ref}
      id={TRACE_PANEL_ID}
      tabIndex={-1}
      aria-label={t("trace.label")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
      style={{ height: `${dragged ?? (full ? FULL : HALF)}dvh` }}
      className="slide-from-bottom fixed inset-x-0 bottom-0 z-30 flex flex-col overflow-hidden rounded-t-composer bg-bg1 shadow-float outline-none"
    >
      <div
        className="flex h-5 shrink-0 touch-none justify-center pt-2"
        onPointerDown={onDrag}
        onPointerMove={onMove}
        onPointerUp={onDrop}
        onPointerCancel={onDrop}
      >
        <div className="h-1 w-9 rounded-full bg-line-strong" />
      </div>
      <div className="min-h-0 flex-1">{children({ full, setFull })}</div>
    </aside>
  );
}

/** What dragging does, as a button. */
export function SheetButtons({ sheet }: { sheet: SheetState }) {
  const { t } = useTranslation();
  return (
    <IconButton
      label={sheet.full ? t("trace.shorter") : t("trace.taller")}
      onClick={() => sheet.setFull(!sheet.full)}
    >
      {sheet.full ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
    </IconButton>
  );
}
