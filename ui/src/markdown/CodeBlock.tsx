import { Check, Copy } from "lucide-react";
import { isValidElement, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/Button";
import { copyText } from "@/ui/copyText";
import { useVisible } from "@/ui/useVisible";
import type { Line } from "./highlighter";
import { LiveBlock } from "./liveBlock";

/** A fenced block of code: plain while it grows, coloured once it is settled and on screen. */
export function CodeBlock({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { code, language } = codeOf(children);
  const ref = useRef<HTMLElement>(null);
  const visible = useVisible(ref);
  const live = useContext(LiveBlock);
  const lines = useHighlighted(code, language, visible && !live);
  return (
    <figure ref={ref} className="my-3 overflow-hidden rounded-card border border-line bg-bg2">
      <figcaption className="flex h-8 items-center justify-between pr-1 pl-3 text-fg2 text-meta coarse:h-11">
        <span>{language}</span>
        <CopyCode code={code} />
      </figcaption>
      <section
        aria-label={language ? t("markdown.codeIn", { language }) : t("markdown.code")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the arrow keys
        tabIndex={0}
        className="overflow-x-auto px-3 pb-3"
      >
        <pre className="font-mono text-table">
          <code>{lines ? <Lines lines={lines} /> : code}</code>
        </pre>
      </section>
    </figure>
  );
}

function Lines({ lines }: { lines: readonly Line[] }) {
  return lines.map((line, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines and tokens are known by their place
    <span key={row}>
      {line.map((token, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <span key={column} style={{ color: token.color }}>
          {token.content}
        </span>
      ))}
      {row < lines.length - 1 && "\n"}
    </span>
  ));
}

function CopyCode({ code }: { code: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      label={copied ? t("markdown.copied") : t("markdown.copyCode")}
      className="size-7"
      onClick={async () => setCopied(await copyText(code))}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}

function useHighlighted(code: string, language: string, wanted: boolean): readonly Line[] | null {
  const [lines, setLines] = useState<readonly Line[] | null>(null);
  useEffect(() => {
    if (!wanted || language === "") return;
    let current = true;
    void import("./highlighter")
      .then(({ highlight }) => highlight(code, language))
      .then((result) => {
        if (current) setLines(result);
      });
    return () => {
      current = false;
    };
  }, [code, language, wanted]);
  return wanted ? lines : null;
}

function codeOf(children: ReactNode): { code: string; language: string } {
  if (!isValidElement<{ className?: string; children?: ReactNode }>(children)) {
    return { code: String(children ?? ""), language: "" };
  }
  const { className = "", children: text } = children.props;
  return {
    code: String(text ?? "").replace(/\n$/, ""),
    language: /language-(\S+)/.exec(className)?.[1] ?? "",
  };
}
