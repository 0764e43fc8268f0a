/** Documents that a retrieval found. */
import { isRecord, structureOf, textOf } from "./payload";

export interface RetrievedDocument {
  text: string;
  source: string;
  score: number | null;
}

const SOURCES = ["source", "title", "url", "file_name", "path", "id"];

/** @returns null if `raw` is no list of documents */
export function readDocuments(raw: unknown): RetrievedDocument[] | null {
  const value = structureOf(raw);
  const list = isRecord(value) && Array.isArray(value.documents) ? value.documents : value;
  if (!Array.isArray(list) || list.length === 0) return null;
  return list.map(readDocument);
}

function readDocument(raw: unknown): RetrievedDocument {
  if (!isRecord(raw)) return { text: textOf(raw), source: "", score: null };
  const inner = isRecord(raw.document) ? raw.document : raw;
  const metadata = isRecord(inner.metadata) ? inner.metadata : {};
  const text = inner.content ?? inner.text ?? inner.page_content ?? inner.snippet;
  const source = SOURCES.map((key) => inner[key] ?? metadata[key]).find(Boolean);
  const score = raw.score ?? inner.score ?? metadata.score;
  return {
    text: text === undefined ? textOf(inner) : textOf(text),
    source: textOf(source),
    score: typeof score === "number" && Number.isFinite(score) ? score : null,
  };
}
