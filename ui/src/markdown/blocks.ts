import { parse, preprocess } from "micromark";
import { gfm } from "micromark-extension-gfm";
import { subtokenize } from "micromark-util-subtokenize";

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

/** References reach across blocks: text with some has to be rendered as a whole. */
export function hasReferences(text: string): boolean {
  return REFERENCE.test(text);
}

/** What to show of the last block while it grows: a table appears with its second line. */
export function withoutHalfTable(block: string): string {
  return TABLE_HEAD.test(block) ? "" : block;
}

/** The text from each outermost construct to the next one, gaps included. */
function topLevelBlocks(text: string): string[] {
  const starts = blockStarts(text);
  starts[0] = 0;
  return text === "" ? [] : starts.map((start, index) => text.slice(start, starts[index + 1]));
}

const EXTENSIONS = [gfm()];
const GAPS = new Set<string>(["lineEnding", "lineEndingBlank", "linePrefix"]);

/**
 * Where the outermost constructs begin, by the parser that renders them. It is stopped before it
 * reads what is inside of paragraphs, which is most of the work.
 */
function blockStarts(text: string): number[] {
  const events = parse({ extensions: EXTENSIONS })
    .document()
    .write(preprocess()(text, undefined, true));
  subtokenize(events);
  const starts: number[] = [];
  let depth = 0;
  for (const [change, { type, start }] of events) {
    if (change === "exit") depth--;
    else if (depth++ === 0 && !GAPS.has(type)) {
      // Its indentation is part of it: what is inside of a fence is moved by as much.
      starts.push(text.lastIndexOf("\n", start.offset - 1) + 1);
    }
  }
  return starts;
}
