import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "@/ui/copyText";
import { cx } from "@/ui/cx";

const CONFIRM_MS = 1500;

interface CopyButtonProps {
  label: string;
  /** Called when pressed, because the text may be long to make. */
  text(): string;
  /** Another icon, or words. */
  children?: ReactNode;
  className?: string;
}

/** Copies, and says so for a moment. */
export function CopyButton({ label, text, children, className }: CopyButtonProps) {
  const { t } = useTranslation("trace");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={copied ? t("detail.copied") : label}
      title={label}
      onClick={async () => setCopied(await copyText(text()))}
      className={cx(
        "inline-grid size-6 shrink-0 place-items-center rounded-control text-fg3 hover:bg-bg2 hover:text-fg coarse:size-11",
        className,
      )}
    >
      {copied ? (
        <Check size={13} aria-hidden="true" className="text-ok" />
      ) : (
        (children ?? <Copy size={13} aria-hidden="true" />)
      )}
    </button>
  );
}
