/** Details for the spans of the sample traces. */
import { type FullDetail, sampleDetail } from "./samples";
import type { SpanView } from "./types";

const SYSTEM = "You are a finance analyst. Answer briefly and name your sources.";
const QUESTION = "What was Q3 revenue, and how sure are we?";
const ANSWER =
  "Revenue was **$4.2M**, up 12% quarter on quarter. The web search failed once with a rate limit and was retried, so the press figure below comes from the second call.";

const STACK = `Traceback (most recent call last):
  File "/app/agents/finance.py", line 41, in plan
    results = await search_web(query)
  File "/app/tools/web.py", line 18, in search_web
    response.raise_for_status()
  File "/app/.venv/lib/python3.11/site-packages/httpx/_models.py", line 829, in raise_for_status
    raise HTTPStatusError(message, request=request, response=self)
httpx.HTTPStatusError: Client error '429 Too Many Requests' for url 'https://search.example/v1'`;

const MAKE: Record<string, (span: SpanView) => FullDetail> = {
  llm: modelCall,
  search: failedTool,
  retry: (span) =>
    sampleDetail(span, {
      input: '{"query": "ACME Q3 revenue press release", "limit": 3}',
      output: JSON.stringify([
        { title: "ACME posts record quarter", url: "https://news.example/acme", rank: 1 },
        { title: "Q3 letter to shareholders", url: "https://acme.example/q3", rank: 2 },
      ]),
      attributes: { "gen_ai.tool.name": "search_web", "gen_ai.operation.name": "execute_tool" },
    }),
  retrieve: retrieval,
};

/** `span` with bodies and attributes, if the sample has some. */
export function sampleDetailOf(span: SpanView): FullDetail {
  return MAKE[span.span_id]?.(span) ?? sampleDetail(span, { input: QUESTION, output: ANSWER });
}

function modelCall(span: SpanView): FullDetail {
  const output = span.end_us === null ? "" : ANSWER;
  return sampleDetail(span, {
    input: QUESTION,
    output,
    provider: "openai",
    cached_tokens: 256,
    reasoning_tokens: 24,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5-mini",
      "gen_ai.response.model": "gpt-5-mini-2026-08-01",
      "gen_ai.request.temperature": 0.2,
      "gen_ai.request.max_tokens": 800,
      "gen_ai.usage.input_tokens": 812,
      "gen_ai.usage.output_tokens": 96,
      "gen_ai.conversation.id": "0199f5a0-5e1c-7c3e-9a51-2d64b62f5a10",
      "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: SYSTEM }]),
      "gen_ai.input.messages": JSON.stringify([
        { role: "user", parts: [{ type: "text", content: QUESTION }] },
        {
          role: "assistant",
          parts: [
            {
              type: "tool_call",
              id: "call_1",
              name: "search_web",
              arguments: { query: "ACME Q3 revenue", limit: 3 },
            },
          ],
        },
        {
          role: "tool",
          parts: [{ type: "tool_call_response", id: "call_1", response: "$4.2M, up 12 %" }],
        },
      ]),
      ...(output && {
        "gen_ai.output.messages": JSON.stringify([
          { role: "assistant", parts: [{ type: "text", content: output }], finish_reason: "stop" },
        ]),
      }),
    },
    resource: { "service.name": "finance-assistant", "process.runtime.name": "cpython" },
    events: [
      { name: "gen_ai.first_token", time_us: span.start_us + 110_000, attributes: { index: 0 } },
    ],
  });
}

function failedTool(span: SpanView): FullDetail {
  return sampleDetail(span, {
    input: '{"query": "ACME Q3 revenue", "limit": 3}',
    attributes: { "gen_ai.tool.name": "search_web", "error.type": "HTTPStatusError" },
    events: [
      {
        name: "exception",
        time_us: span.start_us + 400_000,
        attributes: {
          "exception.type": "httpx.HTTPStatusError",
          "exception.message": "Client error '429 Too Many Requests'",
          "exception.stacktrace": STACK,
        },
      },
    ],
  });
}

function retrieval(span: SpanView): FullDetail {
  const documents = [
    { source: "10-Q 2026 Q3.pdf", score: 0.912, text: "Total revenue for the quarter was $4.2M." },
    { source: "board-deck.pptx", score: 0.871, text: "Q3 revenue 4.2, plan 4.0. Churn 1.8 %." },
    { source: "forecast.xlsx", score: 0.604, text: "Forecast for Q3: 4.05 (base), 4.3 (high)." },
    { source: "10-Q 2026 Q2.pdf", score: 0.433, text: "Total revenue for the quarter was $3.75M." },
  ];
  return sampleDetail(span, {
    input: QUESTION,
    output: "4 documents",
    attributes: { "gen_ai.retrieval.documents": JSON.stringify(documents) },
  });
}
