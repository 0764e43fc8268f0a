/** Text of any length: a few lines first, the rest on demand, never all of a megabyte at once. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { formatSize } from "../format";

const CUT = 64_000;

interface FoldedTextProps {
  text: string;
  /** Lines that are shown at first. */
  lines?: number;
  mono?: boolean;
  className?: string;
}

export function FoldedText({ text, lines = 12, mono = false, className }: FoldedTextProps) {
  const { t, i18n } = useTranslation("trace");
  const [isOpen, setOpen] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const folded = foldAt(text, lines);
  const isCut = isOpen && !isWhole && text.length > CUT;
  const shown = !isOpen ? text.slice(0, folded ?? text.length) : isCut ? text.slice(0, CUT) : text;
  return (
    <div className={cx("text-fg", mono ? "font-mono text-meta" : "text-table", className)}>
      <div dir="auto" className="break-words whitespace-pre-wrap">
        {shown}
        {shown.length < text.length && "…"}
      </div>
      {folded !== null && (
        <Fold onClick={() => setOpen(!isOpen)}>{t(isOpen ? "detail.less" : "detail.more")}</Fold>
      )}
      {isCut && (
        <Fold onClick={() => setWhole(true)}>
          {t("detail.loadAll", { size: formatSize(text.length, i18n.language) })}
        </Fold>
      )}
    </div>
  );
}

function Fold({ onClick, children }: { onClick(): void; children: string }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="mt-1 mr-3 min-h-6 font-sans text-meta text-fg2 underline underline-offset-2 hover:text-fg coarse:min-h-11"
    >
      {children}
    </button>
  );
}

/** About as many characters as fit on a line. */
const LINE = 100;

/** Where to cut so that `lines` lines remain; null if the text is not longer. */
function foldAt(text: string, lines: number): number | null {
  let end = 0;
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf("\n", end);
    if (next < 0) {
      end = text.length;
      break;
    }
    end = next + 1;
  }
  const cut = Math.min(end, lines * LINE);
  return cut < text.length - 1 ? cut : null;
}
