import { memo, useMemo, useState } from "react";
import ReactMarkdown from "react-markdown";
import remend from "remend";
import { BlockSplitter, splitFinished, withoutHalfTable } from "./blocks";
import { components } from "./components";
import { gfmReader } from "./gfm";
import { LiveBlock } from "./liveBlock";

const PLUGINS = [gfmReader];

interface Props {
  text: string;
  /** The text still grows. */
  live: boolean;
}

/** Markdown, rendered block by block: while it streams only the last ones are rendered again. */
export default function Markdown({ text, live }: Props) {
  const [splitter] = useState(() => new BlockSplitter());
  const blocks = useMemo(
    () => (live ? splitter.split(text) : splitFinished(text)),
    [live, splitter, text],
  );
  const last = blocks.length - 1;
  return (
    <div className={live ? "markdown markdown-live" : "markdown"}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is known by its place in the text
        <Block key={index} text={block} open={live && index === last} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text, open }: { text: string; open: boolean }) {
  const source = open ? remend(withoutHalfTable(text), { linkMode: "text-only" }) : text;
  return (
    <LiveBlock value={open}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={components}>
        {source}
      </ReactMarkdown>
    </LiveBlock>
  );
});
