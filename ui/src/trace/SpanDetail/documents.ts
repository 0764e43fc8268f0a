/** Documents that a retrieval found. */
import { isRecord, structureOf, textOf } from "./payload";

export interface RetrievedDocument {
  text: string;
  source: string;
  score: number | null;
}

const TEXTS = ["content", "text", "page_content", "snippet"];
const SOURCES = ["source", "title", "url", "file_name", "path", "id"];

/** @returns null if `raw` is no list of documents */
export function readDocuments(raw: unknown): RetrievedDocument[] | null {
  const value = structureOf(raw);
  const list = isRecord(value) && Array.isArray(value.documents) ? value.documents : value;
  if (!Array.isArray(list) || list.length === 0) return null;
  return list.map(readDocument);
}

/** The same documents may be recorded with their ids only: the list that says most. */
export function richestDocuments(...candidates: unknown[]): RetrievedDocument[] | null {
  const lists = candidates.map(readDocuments).filter((list) => list !== null);
  return lists.find((list) => list.some((document) => document.text)) ?? lists[0] ?? null;
}

function readDocument(raw: unknown): RetrievedDocument {
  if (!isRecord(raw)) return { text: textOf(raw), source: "", score: null };
  const inner = isRecord(raw.document) ? raw.document : raw;
  const metadata = isRecord(inner.metadata) ? inner.metadata : {};
  const text = TEXTS.map((key) => inner[key]).find(Boolean);
  const source = SOURCES.map((key) => inner[key] ?? metadata[key]).find(Boolean);
  const score = raw.score ?? inner.score ?? metadata.score;
  return {
    text: textOf(text),
    source: textOf(source),
    score: typeof score === "number" && Number.isFinite(score) ? score : null,
  };
}
