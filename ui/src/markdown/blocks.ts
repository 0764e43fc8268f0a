import { Lexer } from "marked";

/** A new line can still change the block before the last one (a list that goes on after a gap). */
const OPEN_BLOCKS = 2;
const REFERENCE = /^ {0,3}\[[^\]\n]+\]:\s/m;
const TABLE_HEAD = /^ {0,3}\|[^\n]*(?:\n[ |:-]*)?$/;

/**
 * Cuts markdown that grows into blocks, each of which can be rendered alone.
 *
 * Only the tail after the settled blocks is read again, so that a long answer costs as much per
 * token as a short one. The blocks joined are the text (with `\n` as line ends).
 */
export class BlockSplitter {
  #settled: string[] = [];
  #settledText = "";

  /** The blocks of `text`; cheap if it is what the last call got, with more at the end. */
  split(text: string): string[] {
    const source = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    if (!source.startsWith(this.#settledText)) {
      this.#settled = [];
      this.#settledText = "";
    }
    const tail = topLevelBlocks(source.slice(this.#settledText.length));
    const newlySettled = tail.slice(0, -OPEN_BLOCKS);
    if (newlySettled.length > 0) {
      this.#settled = [...this.#settled, ...newlySettled];
      this.#settledText += newlySettled.join("");
    }
    return [...this.#settled, ...tail.slice(newlySettled.length)];
  }
}

/** The blocks of text that is finished. References reach across blocks, so they keep it whole. */
export function splitFinished(text: string): string[] {
  return REFERENCE.test(text) ? [text] : new BlockSplitter().split(text);
}

/** What to show of the last block while it grows: a table appears with its second line. */
export function withoutHalfTable(block: string): string {
  return TABLE_HEAD.test(block) ? "" : block;
}

/** What marked cannot cut exactly (it changes white space in some tokens) stays one block. */
function topLevelBlocks(text: string): string[] {
  const blocks: string[] = [];
  let end = 0;
  for (const { type, raw } of Lexer.lex(text)) {
    if (!text.startsWith(raw, end)) break;
    end += raw.length;
    const isGap = type === "space" && blocks.length > 0;
    if (isGap) blocks.push((blocks.pop() ?? "") + raw);
    else blocks.push(raw);
  }
  if (end < text.length) blocks.push(text.slice(end));
  return blocks;
}
