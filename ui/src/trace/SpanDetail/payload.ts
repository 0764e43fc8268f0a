/** Bodies of spans: JSON if they are, text otherwise. */

export type Payload = { type: "json"; value: unknown } | { type: "text"; text: string };

/** Broken JSON is text, whatever the MIME type says. */
export function parsePayload(body: string, mime = "text/plain"): Payload {
  const looksLikeJson = /^\s*[{[]/.test(body);
  if (looksLikeJson || (mime.includes("json") && body.trim() !== "")) {
    try {
      return { type: "json", value: JSON.parse(body) };
    } catch {
      return { type: "text", text: body };
    }
  }
  return { type: "text", text: body };
}

/** Attributes hold structures either as they are or as JSON in a string. */
export function structureOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const payload = parsePayload(value);
  return payload.type === "json" ? payload.value : value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string for anything that somebody may have put where text belongs. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value, null, 2) ?? "";
}
