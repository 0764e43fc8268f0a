export const TRACE_VIEWS = ["waterfall", "messages"] as const;

/** What is open beside the chat; part of the address, so that it can be sent to a colleague. */
export interface ChatSearch {
  /** Trace id of the answer that is looked at; without it the latest. */
  trace?: string;
  span?: string;
  /** How the trace is shown; without it as a waterfall. */
  view?: (typeof TRACE_VIEWS)[number];
  /** 1 shows the trace, 0 hides it; without it the preference decides. */
  panel?: 0 | 1;
}

/** Keep what is well-formed; an address with nonsense in it still opens. */
export function validateChatSearch(search: Record<string, unknown>): ChatSearch {
  const trace = hex(search.trace, 32);
  const span = hex(search.span, 16);
  const view = TRACE_VIEWS.find((name) => name === search.view);
  const panel = search.panel === 0 || search.panel === 1 ? search.panel : undefined;
  return {
    ...(trace ? { trace } : {}),
    ...(span ? { span } : {}),
    ...(view ? { view } : {}),
    ...(panel === undefined ? {} : { panel }),
  };
}

/** An id of digits only arrives as a number, unless it was quoted, as the router does. */
function hex(value: unknown, length: number): string | undefined {
  return typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value)
    ? value
    : undefined;
}
