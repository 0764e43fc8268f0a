import createClient from "openapi-fetch";
import type { paths } from "./schema";

/** Where the app lives: `<base href>`, which the server sets. Ends in a slash. */
export const basePath = new URL(".", document.baseURI).pathname;

export const api = createClient<paths>({ baseUrl: basePath.slice(0, -1) });

/** What the server says when it refuses. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 *
 * @throws ApiError with the server's words if it refused
 */
export function unwrap<T>({ data, error, response }: Answer<T>): T {
  if (response.ok) return data as T;
  throw new ApiError(messageOf(error) ?? `HTTP ${response.status}`, response.status);
}

function messageOf(body: unknown): string | undefined {
  const { error } = (body ?? {}) as { error?: { message?: string } };
  return error?.message;
}
