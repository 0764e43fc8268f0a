/** Builds the test page and serves it, with a feed of live spans and a large trace beside it. */
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build, preview } from "vite";
import { SAMPLE_START_US } from "../../src/trace/samples";
import { largeTrace } from "../../src/trace/sampleTraces";
import type { LiveEvent, SpanView } from "../../src/trace/types";

const UI = resolve(import.meta.dirname, "../..");
const FRAME_MS = 20;
const TOKEN = "The **quick** brown fox jumps over `the` lazy dog. ";

export interface PageServer {
  /** Address of the test page. */
  url: string;
  close(): Promise<void>;
}

export async function servePage(): Promise<PageServer> {
  const outDir = mkdtempSync(join(tmpdir(), "spanlit-trace-page-"));
  const input = resolve(UI, "tests/trace/page/index.html");
  const page = { root: UI, configFile: resolve(UI, "vite.config.ts"), logLevel: "error" } as const;
  await build({ ...page, build: { outDir, emptyOutDir: true, rolldownOptions: { input } } });
  const server = await preview({
    ...page,
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0, strictPort: false },
    plugins: [
      {
        name: "trace-feed",
        configurePreviewServer({ middlewares }) {
          middlewares.use("/feed", feed);
          middlewares.use("/trace", trace);
        },
      },
    ],
  });
  const address = server.httpServer.address();
  if (!address || typeof address === "string") throw new Error("The preview has no port");
  return {
    url: `http://127.0.0.1:${address.port}/tests/trace/page/index.html`,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

function trace(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(largeTrace(numbers(request).spans)));
}

/** Frames as JSON lines, fifty a second, like the ones of a socket. */
function feed(request: IncomingMessage, response: ServerResponse): void {
  const { spans, rate, tokens } = numbers(request);
  const events = timeline(largeTrace(spans, rate));
  response.setHeader("Content-Type", "application/x-ndjson");
  const beganMs = performance.now();
  let sent = 0;
  let tokensSent = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - beganMs;
    const frame: { events: LiveEvent[]; text: string } = { events: [], text: "" };
    for (; sent < events.length && (events[sent]?.ms ?? 0) <= elapsedMs; sent++) {
      const entry = events[sent];
      if (entry) frame.events.push(entry.event);
    }
    for (; tokensSent < (elapsedMs / 1000) * tokens; tokensSent++) frame.text += token(tokensSent);
    response.write(`${JSON.stringify(frame)}\n`);
    if (sent < events.length) return;
    clearInterval(timer);
    response.end();
  }, FRAME_MS);
  response.on("close", () => clearInterval(timer));
}

/** One word of an endless markdown text, with a heading or a list now and then. */
function token(n: number): string {
  if (n % 120 === 0) return `\n\n## Part ${n / 120}\n\n`;
  if (n % 60 === 30) return "\n\n- a point\n- another point\n\n";
  const words = TOKEN.split(" ");
  return `${words[n % (words.length - 1)]} `;
}

interface TimedEvent {
  ms: number;
  event: LiveEvent;
}

/** Starts and ends in the order in which they happen. */
function timeline(spans: readonly SpanView[]): TimedEvent[] {
  const ms = (us: number) => (us - SAMPLE_START_US) / 1000;
  return spans
    .flatMap((span): TimedEvent[] => [
      {
        ms: ms(span.start_us),
        event: { type: "span-start", span: { ...span, status: "running", end_us: null } },
      },
      { ms: ms(span.end_us ?? 0), event: { type: "span-end", span, message: null } },
    ])
    .sort((a, b) => a.ms - b.ms);
}

function numbers(request: IncomingMessage): { spans: number; rate: number; tokens: number } {
  const query = new URL(request.url ?? "", "http://127.0.0.1").searchParams;
  const read = (name: string, fallback: number) => Number(query.get(name) ?? fallback);
  return { spans: read("spans", 1000), rate: read("rate", 500), tokens: read("tokens", 0) };
}
