import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleDetail, sampleSpan } from "../samples";
import { readInstructions, readMessages } from "./chatMessages";
import { readDocuments, richestDocuments } from "./documents";
import { failureOf, failureText } from "./exceptions";
import { parsePayload } from "./payload";

describe("messages", () => {
  test("OpenTelemetry's parts", () => {
    const messages = readMessages(
      JSON.stringify([
        { role: "user", parts: [{ type: "text", content: "Hi" }] },
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "Hm" },
            { type: "tool_call", id: "1", name: "search", arguments: { q: "x" } },
          ],
        },
        { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: "found" }] },
      ]),
    );
    expect(messages).toEqual([
      { role: "user", parts: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "Hm" },
          { type: "call", id: "1", name: "search", input: { q: "x" } },
        ],
      },
      { role: "tool", parts: [{ type: "result", id: "1", name: "", output: "found" }] },
    ]);
  });

  test("OpenAI's content and tool calls", () => {
    const messages = readMessages({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "1", function: { name: "look", arguments: '{"deep": true}' } }],
        },
        { role: "tool", tool_call_id: "1", content: "a cat" },
      ],
    });
    expect(messages?.map((message) => message.parts)).toEqual([
      [
        { type: "text", text: "What is this?" },
        { type: "media", mime: "image", url: "data:image/png;base64,AAAA" },
      ],
      [{ type: "call", id: "1", name: "look", input: { deep: true } }],
      [{ type: "result", id: "1", name: "", output: "a cat" }],
    ]);
  });

  test("Anthropic's blocks", () => {
    const messages = readMessages([
      { role: "assistant", content: [{ type: "tool_use", id: "1", name: "look", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "a cat" }] },
    ]);
    expect(messages?.map((message) => message.parts[0]?.type)).toEqual(["call", "result"]);
  });

  test("instructions are text or parts", () => {
    expect(readInstructions("Be brief")?.parts).toEqual([{ type: "text", text: "Be brief" }]);
    expect(readInstructions('[{"type":"text","content":"Be brief"}]')?.parts).toEqual([
      { type: "text", text: "Be brief" },
    ]);
    expect(readInstructions(undefined)).toBeNull();
  });

  test.each([
    "",
    "plain text",
    '[{"role": "user", "parts": [',
    "[]",
    "{}",
    '[{"role": 7}]',
    "null",
  ])("%j is not taken for messages", (raw) => expect(readMessages(raw)).toBeNull());

  test("nothing that anybody may have recorded makes the readers fail", () => {
    fc.assert(
      fc.property(fc.anything(), fc.jsonValue(), (value, json) => {
        for (const raw of [value, json, JSON.stringify(json), [{ role: "user", content: json }]]) {
          readMessages(raw);
          readInstructions(raw);
          readDocuments(raw);
        }
      }),
    );
  });
});

test("broken JSON is text, whatever its MIME type", () => {
  expect(parsePayload('{"a": ', "application/json")).toEqual({ type: "text", text: '{"a": ' });
  expect(parsePayload('{"a": 1}')).toEqual({ type: "json", value: { a: 1 } });
  expect(parsePayload("12")).toEqual({ type: "text", text: "12" });
});

test("of two records of the same documents the one with text is shown", () => {
  const withText = [{ id: "a", content: "one" }];
  expect(richestDocuments([{ id: "a" }], withText)?.[0]?.text).toBe("one");
  expect(richestDocuments([{ id: "a" }], "3 sections")).toEqual([
    { text: "", source: "a", score: null },
  ]);
  expect(richestDocuments(undefined, "none")).toBeNull();
});

test("documents of several frameworks", () => {
  const documents = readDocuments(
    JSON.stringify([
      { id: "a", content: "one", score: 0.5 },
      { document: { page_content: "two", metadata: { source: "b.pdf" } }, score: "high" },
      "three",
    ]),
  );
  expect(documents).toEqual([
    { text: "one", source: "a", score: 0.5 },
    { text: "two", source: "b.pdf", score: null },
    { text: "three", source: "", score: null },
  ]);
});

test("a failure shows the app's own frames first", () => {
  const stack = `Traceback (most recent call last):
  File "/app/main.py", line 3, in run
    call()
  File "/venv/lib/python3.11/site-packages/httpx/_models.py", line 8, in call
    raise ValueError("no")
ValueError: no`;
  const failure = failureOf(
    sampleDetail(sampleSpan({ id: "a", status: "error" }), {
      events: [
        {
          name: "exception",
          time_us: 0,
          attributes: {
            "exception.type": "ValueError",
            "exception.message": "no",
            "exception.stacktrace": stack,
          },
        },
      ],
    }),
  );
  expect(failure?.ownFrames).toEqual(['File "/app/main.py", line 3, in run\n    call()']);
  expect(failure && failureText(failure)).toBe(`ValueError: no\n\n${stack}`);
  expect(failureOf(sampleDetail(sampleSpan({ id: "a" })))).toBeNull();
});
