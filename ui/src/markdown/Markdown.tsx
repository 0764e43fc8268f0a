import { memo, useMemo, useState } from "react";
import ReactMarkdown from "react-markdown";
import { BlockSplitter, hasReferences, withoutHalfTable } from "./blocks";
import { components } from "./components";
import { gfmReader } from "./gfm";
import { LiveBlock } from "./liveBlock";
import { mended } from "./mended";

const PLUGINS = [gfmReader];

interface Props {
  text: string;
  /** The text still grows. */
  live: boolean;
}

/** Markdown, rendered block by block while it streams, so that only the last ones change. */
export default function Markdown({ text, live }: Props) {
  const [splitter, setSplitter] = useState<BlockSplitter>();
  if (live && !splitter) setSplitter(new BlockSplitter());
  const blocks = useMemo(
    () => (splitter && (live || !hasReferences(text)) ? splitter.split(text) : [text]),
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
  const source = open ? mended(withoutHalfTable(text)) : text;
  return (
    <LiveBlock value={open}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={components}>
        {source}
      </ReactMarkdown>
    </LiveBlock>
  );
});
