/** A trace that grows beside an answer that streams, fed by the test's server. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { TextBuffer } from "@/core/textBuffer";
import Markdown from "@/markdown/Markdown";
import { TracePanel, TraceStore } from "@/trace";
import { SAMPLE_TRACE, sampleDetail } from "@/trace/samples";
import type { LiveEvent } from "@/trace/types";

/** One line of the feed. */
export interface FeedFrame {
  events: LiveEvent[];
  text: string;
}

export function LivePage({ feed }: { feed: string }) {
  const [store] = useState(() => new TraceStore());
  const [answer] = useState(() => new TextBuffer());
  const [live, setLive] = useState(true);
  const [selected, setSelected] = useState<string | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    void readFeed(feed, controller.signal, (frame) => {
      for (const event of frame.events) store.applyEvent(event);
      if (frame.text) answer.append(frame.text, answer.text.length);
    }).then(() => {
      setLive(false);
      document.documentElement.dataset.feed = "ended";
    });
    return () => controller.abort();
  }, [feed, store, answer]);

  return (
    <main className="flex h-screen">
      <h1 className="sr-only">Live trace</h1>
      <div className="w-130 shrink-0 overflow-y-auto p-4">
        <Answer buffer={answer} live={live} />
      </div>
      <div className="min-w-0 flex-1 border-line border-l">
        <TracePanel
          store={store}
          traceId={SAMPLE_TRACE}
          live={live}
          view="waterfall"
          onView={() => {}}
          selectedSpanId={selected}
          onSelect={setSelected}
          loadDetail={async (spanId) => sampleDetail(store.view(store.indexOf(spanId) ?? -1))}
        />
      </div>
    </main>
  );
}

function Answer({ buffer, live }: { buffer: TextBuffer; live: boolean }) {
  const text = useSyncExternalStore(buffer.subscribe, buffer.shown);
  return <Markdown text={text} live={live} />;
}

async function readFeed(url: string, signal: AbortSignal, apply: (frame: FeedFrame) => void) {
  const response = await fetch(url, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("The feed has no body");
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (rest + chunk.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) apply(JSON.parse(line) as FeedFrame);
  }
}
