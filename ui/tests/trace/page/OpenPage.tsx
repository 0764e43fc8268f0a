/** A large trace that has ended, opened from its JSON at the event `open-trace`. */
import { useEffect, useState } from "react";
import { TracePanel, TraceStore } from "@/trace";
import { SAMPLE_TRACE, sampleDetail } from "@/trace/samples";
import type { SpanView } from "@/trace/types";

export function OpenPage({ url }: { url: string }) {
  const [store, setStore] = useState<TraceStore>();
  const [selected, setSelected] = useState<string | null>(null);

  useEffect(() => {
    let json = "";
    const open = () => {
      const opened = new TraceStore();
      opened.applySpans(JSON.parse(json) as SpanView[]);
      opened.flush();
      setStore(opened);
    };
    void fetch(url)
      .then((response) => response.text())
      .then((text) => {
        json = text;
        document.documentElement.dataset.data = "here";
      });
    document.addEventListener("open-trace", open);
    return () => document.removeEventListener("open-trace", open);
  }, [url]);

  if (!store) return null;
  return (
    <main className="h-screen">
      <h1 className="sr-only">Large trace</h1>
      <TracePanel
        store={store}
        traceId={SAMPLE_TRACE}
        live={false}
        view="waterfall"
        onView={() => {}}
        selectedSpanId={selected}
        onSelect={setSelected}
        loadDetail={async (spanId) => sampleDetail(store.view(store.indexOf(spanId) ?? -1))}
      />
    </main>
  );
}
