import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockSplitter, hasReferences, withoutHalfTable } from "@/markdown/blocks";

const PIECES = [
  "# Title\n",
  "A **bold** word, `code` and [a link](https://example.com).",
  "\n",
  "\n\n",
  "- one\n- two\n  - three\n",
  "1. first\n\n   more of it\n",
  "> quoted\n",
  "```python\nprint('|')\n",
  "```\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n",
  "    indented\n",
  "<div>\n",
  "---\n",
  "\r\n",
  "\t",
  "🙂 ",
  "Setext\n===\n",
];
const markdown = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 12 })), { maxLength: 25 })
  .map((pieces) => pieces.join(""));

function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

test("joined blocks are the text, at every prefix of a stream", () => {
  fc.assert(
    fc.property(markdown, fc.integer({ min: 1, max: 9 }), (text, step) => {
      const splitter = new BlockSplitter();
      for (let end = 0; end <= text.length; end += step) {
        const prefix = text.slice(0, end);
        expect(splitter.split(prefix).join("")).toBe(normal(prefix));
      }
    }),
  );
});

test("text that is replaced is split anew", () => {
  const splitter = new BlockSplitter();
  splitter.split("# A\n\none\n\ntwo\n\nthree\n\nfour");
  expect(splitter.split("# B\n\nother")).toEqual(["# B\n\n", "other"]);
});

test("settled blocks are the same strings again", () => {
  const splitter = new BlockSplitter();
  const before = splitter.split("one\n\ntwo\n\nthree\n\nfour");
  const after = splitter.split("one\n\ntwo\n\nthree\n\nfour and more");
  expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
});

test("text with references is told apart", () => {
  expect(hasReferences("See [the report][1].\n\nMore.\n\n[1]: https://example.com\n")).toBe(true);
  expect(hasReferences("See [the report](https://example.com).\n\n- [1] two")).toBe(false);
});

test("every outermost construct is a block, with the gap behind it", () => {
  const blocks = [
    "# Title\n",
    "  ```python\n  a\n\n  b\n  ```\n",
    "A line\nand one more.\n\n",
    "- one\n\n  more of it\n- two\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "> quoted\nlazily\n\n",
    "    indented\n\n",
    "end",
  ];
  expect(new BlockSplitter().split(blocks.join(""))).toEqual(blocks);
});

test.each([
  ["| Region | Revenue |", ""],
  ["| Region | Revenue |\n", ""],
  ["| Region | Revenue |\n|---|-", ""],
  ["| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n| 1"],
  ["no | table", "no | table"],
])("of a growing table %j shows %j", (block, shown) => {
  expect(withoutHalfTable(block)).toBe(shown);
});
