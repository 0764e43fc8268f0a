import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import "@/i18n";
import { expect, test, vi } from "vitest";
import { sampleDetailOf } from "../sampleDetails";
import { type FullDetail, revenueTrace, sampleDetail, sampleSpan } from "../samples";
import { TraceStore } from "../store";
import type { SpanView } from "../types";
import { SpanDetail } from ".";
import type { LoadDetail } from "./useDetail";

function show(span: SpanView, loadDetail: LoadDetail): TraceStore {
  const store = new TraceStore();
  store.applySpans([span]);
  store.flush();
  render(
    <SpanDetail store={store} spanId={span.span_id} loadDetail={loadDetail} onClose={() => {}} />,
  );
  return store;
}

async function showDetail(detail: FullDetail): Promise<void> {
  show(detail, async () => detail);
  await screen.findByRole("region", { name: `Span ${detail.name}` });
  await act(async () => {});
}

function sampleOf(id: string, finished = true): SpanView {
  const span = revenueTrace(finished).find((candidate) => candidate.span_id === id);
  if (!span) throw new Error(`no sample span ${id}`);
  return span;
}

test("a model call shows its messages, calls of tools and usage", async () => {
  await showDetail(sampleDetailOf(sampleOf("llm")));
  expect(screen.getByText("What was Q3 revenue, and how sure are we?")).toBeTruthy();
  expect(screen.getByText("Call of search_web")).toBeTruthy();
  expect(screen.getByText(/556 input/)).toBeTruthy();
  expect(screen.getByText("gpt-5-mini → gpt-5-mini-2026-08-01")).toBeTruthy();
});

test("what a hostile app has recorded is text", async () => {
  const attack = `<img src=x onerror="alert(1)"><script>alert(1)</script>`;
  const detail = sampleDetail(sampleSpan({ id: "a", kind: "tool", name: attack }), {
    input: attack,
    output: JSON.stringify({ [attack]: attack, __proto__: { a: 1 } }),
    attributes: { "gen_ai.input.messages": `[{"role": "user", "parts": [` },
  });
  await showDetail(detail);
  expect(document.querySelector("img, script")).toBeNull();
  expect(screen.getAllByText(attack).length).toBeGreaterThan(0);
});

test("images of other servers are not fetched, those inside the trace are shown", async () => {
  const image = (url: string) => ({ type: "image_url", image_url: { url } });
  const content = [image("https://tracker.example/pixel.png"), image("data:image/png;base64,AAAA")];
  const messages = JSON.stringify([{ role: "user", content }]);
  const span = sampleSpan({ id: "a", kind: "llm" });
  await showDetail(sampleDetail(span, { attributes: { "gen_ai.input.messages": messages } }));
  const shown = screen.getAllByRole("img").map((element) => element.getAttribute("src"));
  expect(shown).toEqual(["data:image/png;base64,AAAA"]);
  expect(screen.getByText("https://tracker.example/pixel.png")).toBeTruthy();
});

test("long text is folded, very long text is cut until asked for", async () => {
  const user = userEvent.setup();
  const input = "word ".repeat(60_000);
  await showDetail(sampleDetail(sampleSpan({ id: "a" }), { input }));
  const card = screen.getByText("Input").closest("section");
  if (!card) throw new Error("no card for the input");
  const length = () => card.textContent?.length ?? 0;
  expect(length()).toBeLessThan(3_000);
  await user.click(within(card).getByRole("button", { name: "Show more" }));
  expect(length()).toBeGreaterThan(60_000);
  expect(length()).toBeLessThan(70_000);
  await user.click(within(card).getByRole("button", { name: "Load all (300 kB)" }));
  expect(length()).toBeGreaterThan(299_000);
});

test("large JSON is rendered in pages", async () => {
  const user = userEvent.setup();
  const output = JSON.stringify(Array.from({ length: 5_000 }, (_, i) => i));
  await showDetail(sampleDetail(sampleSpan({ id: "a", kind: "tool" }), { output }));
  const result = screen.getByText("Result").closest("section");
  if (!result) throw new Error("no card for the result");
  expect(result.querySelectorAll("*").length).toBeLessThan(500);
  await user.click(within(result).getByRole("button", { name: "4900 more" }));
  expect(within(result).getByText("150:")).toBeTruthy();
});

test("an open span shows what it writes, then what it has written", async () => {
  const span = sampleOf("llm", false);
  const store = show(span, async () => sampleDetailOf(store.view(store.indexOf("llm") ?? -1)));
  await act(async () => {
    store.applyText("llm", "output", "Revenue was");
    store.flush();
  });
  expect(screen.getByText("Output, streaming")).toBeTruthy();
  expect(screen.getByText("Revenue was")).toBeTruthy();

  await act(async () => {
    store.applySpans([sampleOf("llm")]);
    store.flush();
  });
  expect(screen.getByText("Output")).toBeTruthy();
  expect(screen.getByText(/the press figure below comes from the second call/)).toBeTruthy();
});

test("a span that cannot be loaded says so and can be tried again", async () => {
  const user = userEvent.setup();
  const span = sampleSpan({ id: "a", input_preview: "the preview" });
  const loadDetail = vi
    .fn<LoadDetail>()
    .mockRejectedValueOnce(new Error("away"))
    .mockResolvedValue(sampleDetail(span, { input: "the whole input" }));
  show(span, loadDetail);
  expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
  expect(screen.getByText("the preview")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("the whole input")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("attributes can be searched", async () => {
  const user = userEvent.setup();
  await showDetail(sampleDetailOf(sampleOf("llm")));
  await user.click(screen.getByRole("tab", { name: /Attributes/ }));
  await user.type(screen.getByRole("searchbox", { name: "Search attributes" }), "temperature");
  expect(screen.getAllByRole("rowheader").map((cell) => cell.textContent?.trim())).toEqual([
    "gen_ai.request.temperature",
  ]);
});

test("a body that is there in part only leads to its whole", async () => {
  const output = "é".repeat(128_000);
  const span = sampleSpan({ id: "a", kind: "tool" });
  await showDetail(
    sampleDetail(span, { output, output_size: 3_000_000, attributes_size: 500_000 }),
  );
  expect(screen.getByText(/Output: the first 256 kB of 3 MB\./)).toBeTruthy();
  expect(screen.queryByText(/Input: the first/)).toBeNull();
  const url = `api/traces/${span.trace_id}/spans/a/output`;
  const open = screen.getByRole("link", { name: "Open the whole: Output, in a new tab" });
  expect(open.getAttribute("href")).toBe(url);
  expect(open.getAttribute("rel")).toBe("noreferrer");
  const download = screen.getByRole("link", { name: "Download: Output" });
  expect(download.getAttribute("href")).toBe(url);
  expect(download.hasAttribute("download")).toBe(true);
  expect(screen.getByText(/whole they have 500 kB/)).toBeTruthy();
});
