// Fails when the first load of a thread outgrows its budget, by Vite's manifest.
// usage: node scripts/check-budgets.mjs BUILT_FOLDER
//
// First load: the entry, and what is imported later but needed to draw the first answer.

import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGETS = { js: 300_000, css: 16_000 };
const FIRST_LOAD = ["index.html", "src/markdown/Markdown.tsx"];

const folder = process.argv[2];
const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8"));

const files = new Set();
for (const source of FIRST_LOAD) collect(source);

const sizes = [...files].map((file) => {
  const gzip = gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  return { file, gzip, type: extname(file).slice(1) };
});

let failed = false;
for (const [type, budget] of Object.entries(BUDGETS)) {
  const chosen = sizes.filter((size) => size.type === type).sort((a, b) => b.gzip - a.gzip);
  const total = chosen.reduce((sum, size) => sum + size.gzip, 0);
  console.log(`first load, ${type}: ${kilobytes(total)} gzip of ${kilobytes(budget)}`);
  for (const { file, gzip } of chosen) console.log(`  ${kilobytes(gzip).padStart(9)}  ${file}`);
  if (total > budget) {
    console.error(`Over budget: load something later, or drop it (ui/scripts/check-budgets.mjs).`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;

/** @param {string} source */
function collect(source) {
  const chunk = manifest[source];
  if (!chunk) throw new Error(`${source} is not in Vite's manifest: was it renamed?`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const sheet of chunk.css ?? []) files.add(sheet);
  for (const imported of chunk.imports ?? []) collect(imported);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
