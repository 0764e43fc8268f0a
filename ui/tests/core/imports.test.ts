import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(__dirname, "../../src");
const IMPORT = /^(?:import|export)(?!\s+type\b)[^;]*?from\s+"([^"]+)"/gm;

/** Everything that `file` imports at run time, directly or not: packages by name, files by path. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const local = specifier.startsWith("@/")
      ? join(SRC, specifier.slice(2))
      : specifier.startsWith(".")
        ? resolve(dirname(file), specifier)
        : null;
    if (local === null) seen.add(specifier);
    else reach(findModule(local), seen);
  }
  return seen;
}

function findModule(path: string): string {
  const candidates = [`${path}.ts`, `${path}.tsx`, join(path, "index.ts"), path];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new Error(`${path} is imported and does not exist`);
  return found;
}

test("the core knows no React and no component", () => {
  const files = readdirSync(join(SRC, "core")).map((name) => join(SRC, "core", name));
  const reached = files.flatMap((file) => [...reach(file)]);
  const packages = new Set(reached.filter((name) => !name.startsWith("/")));
  expect([...packages].sort()).toEqual(["socket.io-client", "zustand/vanilla"]);
  expect(reached.filter((name) => name.endsWith(".tsx"))).toEqual([]);
});
