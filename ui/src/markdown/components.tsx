import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import type { Components } from "react-markdown";
import { CodeBlock } from "./CodeBlock";

/** Raw HTML is never rendered, and react-markdown has dropped unsafe URLs before they get here. */
export const components: Components = {
  a: ({ node: _, ...props }) => <SafeLink {...props} />,
  img: ({ node: _, src, alt }) => <Image src={typeof src === "string" ? src : ""} alt={alt} />,
  pre: ({ node: _, children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ node: _, ...props }) => <Table {...props} />,
  h1: ({ node: _, ...props }) => <h3 {...props} />,
  h2: ({ node: _, ...props }) => <h3 {...props} />,
  h3: ({ node: _, ...props }) => <h4 {...props} />,
  h4: ({ node: _, ...props }) => <h5 {...props} />,
  input: ({ node: _, checked }) => <TaskBox checked={checked ?? false} />,
};

function SafeLink({ href, children }: ComponentProps<"a">) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/**
 * Images of this server are shown; others are links. A model that was tricked into writing an
 * image address could otherwise send what it knows to a stranger, without a click.
 */
function Image({ src, alt }: { src: string; alt: string | undefined }) {
  const { t } = useTranslation();
  if (isOwn(src)) return <img src={src} alt={alt ?? ""} loading="lazy" />;
  return (
    <SafeLink href={src}>
      {alt ? t("markdown.image", { alt }) : t("markdown.imageUnnamed")}
    </SafeLink>
  );
}

function isOwn(src: string): boolean {
  return URL.canParse(src, document.baseURI)
    ? new URL(src, document.baseURI).origin === window.location.origin
    : false;
}

function Table(props: ComponentProps<"table">) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the arrow keys
    <section aria-label={t("markdown.table")} tabIndex={0} className="markdown-scroll">
      <table {...props} />
    </section>
  );
}

/** The box of a task list; the words beside it are its label. */
function TaskBox({ checked }: { checked: boolean }) {
  const { t } = useTranslation();
  const label = checked ? t("markdown.done") : t("markdown.open");
  return <input type="checkbox" checked={checked} readOnly disabled aria-label={label} />;
}
