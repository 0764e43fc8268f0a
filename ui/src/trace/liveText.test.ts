import fc from "fast-check";
import { expect, test } from "vitest";
import { LiveText } from "./liveText";

const PIECE = 3;

test("pieces in any order, repeated and overlapping, give the text", () => {
  const scenario = fc.string({ minLength: 1, maxLength: 60 }).chain((text) => {
    const starts = Array.from({ length: Math.ceil(text.length / PIECE) }, (_, i) => i * PIECE);
    return fc
      .array(fc.nat(text.length - 1))
      .map((extra) => [...starts, ...extra])
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }))
      .map((offsets) => ({ text, offsets }));
  });
  fc.assert(
    fc.property(scenario, ({ text, offsets }) => {
      const live = new LiveText();
      for (const offset of offsets) live.append(offset, text.slice(offset, offset + PIECE));
      expect(live.toString()).toBe(text);
    }),
  );
});
