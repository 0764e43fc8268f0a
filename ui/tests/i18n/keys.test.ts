import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import en from "@/i18n/en.json";

const SRC = resolve(__dirname, "../../src");
/** Keys that are put together at run time. */
const COMPUTED = [
  /^theme\.(system|light|dark)$/,
  /^threads\.(today|yesterday|week)$/,
  /^chat\.ended\.(cancelled|error|abandoned)$/,
];

function sourceText(): string {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SRC, name), "utf8"))
    .join("\n");
}

function keysOf(texts: object, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "string" ? [`${prefix}${name}`] : keysOf(value, `${prefix}${name}.`),
  );
}

/** That a used key exists is checked by the compiler: see src/i18n. */
test("every text is used", () => {
  const source = sourceText();
  const unused = [
    ...new Set(keysOf(en).map((key) => key.replace(/_(zero|one|other)$/, ""))),
  ].filter((key) => !source.includes(`"${key}"`) && !COMPUTED.some((pattern) => pattern.test(key)));
  expect(unused).toEqual([]);
});
