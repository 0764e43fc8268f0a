import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { TextBuffer } from "@/core/textBuffer";

test("pieces that overlap or come twice give the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.array(fc.record({ back: fc.nat(20), size: fc.nat(20) })),
      (text, pieces) => {
        const buffer = new TextBuffer();
        for (const { back, size } of [...pieces, { back: 0, size: text.length }]) {
          const offset = Math.max(0, buffer.text.length - back);
          expect(buffer.append(text.slice(offset, offset + size), offset)).toBe(true);
        }
        expect(buffer.text).toBe(text);
      },
    ),
  );
});

test("a hole is refused", () => {
  const buffer = new TextBuffer("ab");
  expect(buffer.append("d", 3)).toBe(false);
  expect(buffer.text).toBe("ab");
});

test("readers are told once per interval", () => {
  vi.useFakeTimers();
  const buffer = new TextBuffer();
  const told = vi.fn();
  buffer.subscribe(told);
  for (let offset = 0; offset < 100; offset += 1) buffer.append("x", offset);
  expect(buffer.shown()).toBe("");
  vi.advanceTimersByTime(50);
  expect(buffer.shown()).toHaveLength(100);
  expect(told).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});
