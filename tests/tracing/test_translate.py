"""From spans in every dialect to records."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from inline_snapshot import snapshot
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, TracerProvider
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)

from spanlit.tracing import SpanRecord, TurnScope
from spanlit.tracing.record import SpanEvent, SpanLink
from spanlit.tracing.translate import translate
from tests.tracing.support import CountingIds

SAMPLED = TraceFlags(TraceFlags.SAMPLED)
Record = Callable[..., SpanRecord]


@pytest.fixture
def tracer_provider(ticking_clock: None) -> TracerProvider:
    return TracerProvider(
        id_generator=CountingIds(),
        resource=Resource({"service.name": "shop", "numbers": (1, 2)}),
        shutdown_on_exit=False,
    )


@pytest.fixture
def record(tracer_provider: TracerProvider) -> Record:
    """The record of an ended span with these attributes."""
    tracer = tracer_provider.get_tracer("lib", "1.0")

    def record_of(attributes: dict[str, Any], **changes: Any) -> SpanRecord:
        span = tracer.start_span("span", attributes=attributes)
        assert isinstance(span, Span)
        span.end()
        return translate(span, **changes)

    return record_of


def test_a_whole_span(tracer_provider: TracerProvider) -> None:
    state = TraceState([("vendor", "value")])
    parent = SpanContext(0xAB, 0xCD, is_remote=True, trace_flags=SAMPLED, trace_state=state)
    span = tracer_provider.get_tracer("openai", "2.0").start_span(
        "chat gpt-4o",
        set_span_in_context(NonRecordingSpan(parent)),
        SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 20,
            "gen_ai.usage.cache_read.input_tokens": 30,
            "gen_ai.usage.reasoning.output_tokens": 10,
            "gen_ai.response.time_to_first_chunk": 0.25,
            "gen_ai.conversation.id": "thread-1",
            "user.id": "user-1",
            "input.value": "question",
            "output.value": "answer",
            "nested": {"list": [1, None, {"deep": True}], "bytes": b"12"},
        },
        links=[Link(SpanContext(0xEF, 0x12, is_remote=False), {"why": "retry"})],
    )
    assert isinstance(span, ReadableSpan)
    span.add_event("chunk", {"size": 3}, 5)
    span.set_status(StatusCode.ERROR, "rate limited")
    span.end()
    assert translate(span, version=7, process_id="p") == snapshot(
        SpanRecord(
            trace_id="000000000000000000000000000000ab",
            span_id="0000000000000001",
            name="chat gpt-4o",
            start_time_ns=1000000000,
            parent_span_id="00000000000000cd",
            kind="llm",
            otel_kind="CLIENT",
            end_time_ns=2000000000,
            version=7,
            status="error",
            status_message="rate limited",
            input="question",
            output="answer",
            thread_id="thread-1",
            user_id="user-1",
            provider="openai",
            model="gpt-4o-2024-08-06",
            input_tokens=100,
            output_tokens=20,
            cached_tokens=30,
            reasoning_tokens=10,
            ttft_ms=250.0,
            process_id="p",
            trace_state="vendor=value",
            scope_name="openai",
            scope_version="2.0",
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.response.model": "gpt-4o-2024-08-06",
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.output_tokens": 20,
                "gen_ai.usage.cache_read.input_tokens": 30,
                "gen_ai.usage.reasoning.output_tokens": 10,
                "gen_ai.response.time_to_first_chunk": 0.25,
                "gen_ai.conversation.id": "thread-1",
                "user.id": "user-1",
                "nested": {"list": [1, None, {"deep": True}], "bytes": "<2 bytes>"},
            },
            resource={"service.name": "shop", "numbers": [1, 2]},
            events=[SpanEvent(name="chunk", time_ns=5, attributes={"size": 3})],
            links=[
                SpanLink(
                    trace_id="000000000000000000000000000000ef",
                    span_id="0000000000000012",
                    attributes={"why": "retry"},
                )
            ],
        )
    )


def test_an_open_span(tracer_provider: TracerProvider) -> None:
    span = tracer_provider.get_tracer("lib").start_span("open")
    assert isinstance(span, ReadableSpan)
    record = translate(span)
    assert (record.status, record.end_time_ns, record.ended) == ("running", None, False)


def test_the_turn_decides_on_thread_user_and_project(record: Record) -> None:
    scope = TurnScope(owner="app", thread_id="t", user_id="u", project="p")
    found = record({"gen_ai.conversation.id": "other", "user.id": "other"}, scope=scope)
    assert (found.thread_id, found.user_id, found.project) == ("t", "u", "p")


def test_changes_replace_attributes(record: Record) -> None:
    found = record({"output.value": "old", "a": 1}, changes={"output.value": "new", "b": 2})
    assert (found.output, found.attributes) == ("new", {"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"gen_ai.system": "openai"}, {"provider": "openai"}),
        ({"gen_ai.usage.prompt_tokens": 5}, {"input_tokens": 5}),
        ({"gen_ai.usage.completion_tokens": 6}, {"output_tokens": 6}),
        ({"gen_ai.usage.cache_read_input_tokens": 7}, {"cached_tokens": 7}),
        ({"gen_ai.usage.reasoning_tokens": 8}, {"reasoning_tokens": 8}),
        ({"llm.model_name": "claude"}, {"model": "claude"}),
        ({"llm.token_count.prompt": 9}, {"input_tokens": 9}),
        ({"traceloop.entity.input": "in"}, {"input": "in"}),
        ({"gen_ai.system": "old", "gen_ai.provider.name": "new"}, {"provider": "new"}),
    ],
)
def test_older_names(record: Record, attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    found = record(attributes)
    assert {key: getattr(found, key) for key in expected} == expected
    assert not found.attributes.keys() & (attributes.keys() - {"gen_ai.provider.name"})


@pytest.mark.parametrize(
    ("value", "count"),
    [(5, 5), (5.7, 5), (-1, 0), (True, 0), ("5", 0), (float("nan"), 0), (float("inf"), 0)],
)
def test_token_counts_that_make_no_sense(record: Record, value: object, count: int) -> None:
    assert record({"gen_ai.usage.input_tokens": value}).input_tokens == count


def test_an_error_without_description_takes_that_of_the_exception(
    tracer_provider: TracerProvider,
) -> None:
    span = tracer_provider.get_tracer("lib").start_span("x")
    assert isinstance(span, Span)
    span.record_exception(ValueError("broken"))
    span.set_status(StatusCode.ERROR)
    span.end()
    assert (translate(span).status, translate(span).status_message) == ("error", "broken")


def test_cancelled(record: Record) -> None:
    assert record({"spanlit.cancelled": True}).status == "cancelled"


MESSAGES = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
    {"role": "user", "parts": [{"type": "text", "content": "What"}, {"type": "uri", "uri": "x"}]},
]


@pytest.mark.parametrize("written_as", [json.dumps, lambda value: value])
def test_messages_of_the_conventions(record: Record, written_as: Callable[[Any], Any]) -> None:
    found = record(
        {
            "gen_ai.input.messages": written_as(MESSAGES),
            "gen_ai.output.messages": written_as(
                [
                    {
                        "role": "assistant",
                        "parts": [
                            {"type": "reasoning", "content": "Let me see."},
                            {"type": "text", "content": "This."},
                            {
                                "type": "tool_call",
                                "id": "1",
                                "name": "search",
                                "arguments": {"q": "otel"},
                            },
                        ],
                        "finish_reason": "tool_calls",
                        "name": None,
                    }
                ]
            ),
        }
    )
    assert (found.input, found.output) == snapshot(
        (
            """\
What
[uri]\
""",
            """\
Let me see.
This.
search({"q":"otel"})\
""",
        )
    )
    assert json.loads(str(found.attributes["gen_ai.input.messages"])) == MESSAGES


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('[{"role":"user","content":"flat"}]', "flat"),
        ('[{"role":"user","content":[{"type":"text","text":"old parts"}]}]', "old parts"),
        ('{"role":"user","content":"not a list"}', "not a list"),
        ('[{"parts":[{"type":"tool_call_response","response":{"ok":true}}]}]', '{"ok":true}'),
        ('[{"parts":[{"type":"tool_call_response","result":"text"}]}]', "text"),
        ('[{"parts":[{"type":"blob","modality":"image","content":"aGk="}]}]', "[image]"),
        ('[{"parts":null}]', ""),
        (
            '[{"role":"user","parts":[{"content":"cut by a lim',
            '[{"role":"user","parts":[{"content":"cut by a lim',
        ),
        ("plain text", "plain text"),
        ("[]", "[]"),
        ("[1, 2]", "[1, 2]"),
        ('[{"parts":[1, {"type":"unknown"}]}]', ""),
    ],
)
def test_messages_of_all_shapes(record: Record, value: str, text: str) -> None:
    assert record({"gen_ai.input.messages": value}).input == text


def test_bodies_of_tools(record: Record) -> None:
    found = record(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.arguments": {"city": "Rome"},
            "gen_ai.tool.call.result": '{"temperature":21}',
        }
    )
    assert (found.kind, found.input, found.output) == (
        "tool",
        '{"city":"Rome"}',
        '{"temperature":21}',
    )
    assert found.attributes == {
        "gen_ai.operation.name": "execute_tool",
        "input.mime_type": "application/json",
    }


def test_bodies_of_retrievals(record: Record) -> None:
    documents = [{"id": "a", "score": 0.5}, {"id": "b", "score": 0.4}]
    found = record(
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "otel",
            "gen_ai.retrieval.documents": documents,
        }
    )
    assert (found.input, json.loads(found.output), found.document_count) == ("otel", documents, 2)


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ({"spanlit.kind": "retrieval", "output.value": "[1,2,3]"}, 3),
        ({"spanlit.kind": "retrieval", "output.value": "[]"}, 0),
        ({"spanlit.kind": "retrieval", "output.value": "[broken"}, None),
        ({"spanlit.kind": "retrieval", "output.value": "text"}, None),
        ({"spanlit.kind": "tool", "output.value": "[1,2,3]"}, None),
        ({"spanlit.document_count": 7}, 7),
        (
            {
                "openinference.span.kind": "RETRIEVER",
                "retrieval.documents.0.document.id": "a",
                "retrieval.documents.0.document.content": "text",
                "retrieval.documents.1.document.id": "b",
            },
            2,
        ),
    ],
)
def test_document_count(record: Record, attributes: dict[str, Any], count: int | None) -> None:
    assert record(attributes).document_count == count


def test_values_that_neither_json_nor_stores_take(record: Record) -> None:
    found = record({"big": 2**70, "text": "a\ud800b", "list": ["\ud800"], "bytes": b"123"})
    assert found.attributes == {
        "big": str(2**70),
        "text": "a\ufffdb",
        "list": ["\ufffd"],
        "bytes": "<3 bytes>",
    }


def test_one_resource_is_translated_once(record: Record) -> None:
    assert record({}).resource is record({}).resource
    assert record({}).resource == {"service.name": "shop", "numbers": [1, 2]}
