"""OTLP files: read and written as OpenTelemetry says, by protobuf's own judgement."""

import base64
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spanlit.storage.transfer import otlp
from spanlit.storage.transfer.errors import DamagedInput
from spanlit.storage.transfer.importing import incoming
from spanlit.storage.writing.journal import Row
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord
from spanlit.tracing.translate import translate
from tests.storage.support import TRACE, ended_span, open_span, span_id

IDS = ("traceId", "spanId", "parentSpanId")


async def stream(*rows: Row) -> AsyncIterator[Row]:
    for row in rows:
        yield row


async def written(*rows: Row) -> list[dict[str, Any]]:
    """The lines that an export has."""
    file = io.BytesIO()
    await otlp.write(file, stream(*rows))
    return [json.loads(line) for line in file.getvalue().splitlines()]


def read(path: Path, *lines: object) -> list[SpanRecord]:
    """The spans of a file with these lines."""
    path.write_text("\n".join(json.dumps(line) for line in lines))
    with incoming(path) as found:
        return [row for row in found.rows if isinstance(row, SpanRecord)]


def with_ids(value: Any, change: Any) -> Any:
    """The same document with other ids."""
    if isinstance(value, list):
        return [with_ids(item, change) for item in value]
    if isinstance(value, dict):
        return {
            key: change(item) if key in IDS and item else with_ids(item, change)
            for key, item in value.items()
        }
    return value


def full_span() -> SpanRecord:
    return ended_span(
        1,
        parent_span_id=span_id(7),
        kind="llm",
        otel_kind="CLIENT",
        status="error",
        status_message="no answer",
        input="Why?",
        output="Because.",
        thread_id="thread-1",
        user_id="user-1",
        provider="openai",
        model="gpt-4o-mini",
        input_tokens=12,
        output_tokens=3,
        trace_state="a=b",
        scope_name="scope",
        scope_version="1",
        cost_usd=0.25,
        attributes={
            "spanlit.kind": "llm",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 3,
            "gen_ai.conversation.id": "thread-1",
            "user.id": "user-1",
            "spanlit.cost_usd": 0.25,
            "unknown.list": ["a", 1, 2.5, True, None],
            "unknown.map": {"inner": {"x": 1}},
        },
        resource={"service.name": "test"},
        events=[SpanEvent("exception", 5, {"exception.message": "no"})],
        links=[SpanLink(TRACE, span_id(9), {"why": "because"})],
    )


async def test_a_span_comes_back_as_it_was(tmp_path: Path) -> None:
    span = full_span()

    assert read(tmp_path / "f.json", *await written(span)) == [span]


async def test_what_we_write_is_what_protobuf_reads() -> None:
    (line,) = await written(full_span())
    in_base64 = with_ids(line, lambda text: base64.b64encode(bytes.fromhex(text)).decode())

    request = ParseDict(in_base64, ExportTraceServiceRequest())

    span = request.resource_spans[0].scope_spans[0].spans[0]
    assert span.trace_id.hex() == TRACE
    assert span.start_time_unix_nano == full_span().start_time_ns
    found = {pair.key: pair.value for pair in span.attributes}
    assert found["input.value"].string_value == "Why?"
    assert found["gen_ai.usage.input_tokens"].int_value == 12


def test_what_the_sdk_sends_is_read(tmp_path: Path) -> None:
    """As the Collector's file exporter writes it: the message in JSON, with ids in hex."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("app", "2")
    with (
        tracer.start_as_current_span("parent"),
        tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}) as span,
    ):
        span.add_event("token", {"n": 1})
        span.set_attribute("gen_ai.input.messages", json.dumps([{"role": "user", "content": "Hi"}]))
    spans = exporter.get_finished_spans()
    document = MessageToDict(encode_spans(spans))
    in_hex = with_ids(document, lambda text: base64.b64decode(text).hex())

    records = read(tmp_path / "f.json", in_hex)

    expected = [translate(span, version=records[0].version) for span in spans]
    by_id = {record.span_id: record for record in records}
    assert [by_id[record.span_id] for record in expected] == expected
    assert by_id[expected[0].span_id].kind == "llm"
    assert by_id[expected[0].span_id].input == "Hi"


async def test_messages_are_not_written_twice() -> None:
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}])
    span = ended_span(1, input="Why?", attributes={"gen_ai.input.messages": messages})

    (line,) = await written(span)

    keys = [a["key"] for a in line["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]]
    assert "gen_ai.input.messages" in keys
    assert "input.value" not in keys


async def test_open_spans_are_counted_and_left_out() -> None:
    counts = await otlp.write(io.BytesIO(), stream(ended_span(1), open_span(2)))

    assert counts == {"spans": 1, otlp.LEFT_OUT: 1}


def test_other_signals_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"resourceMetrics": []}\n{"resourceLogs": []}\n{"resourceSpans": []}\n')

    with incoming(path) as found:
        assert list(found.rows) == []

    assert found.format == "otlp"
    assert found.unknown == {"metrics": 1, "logs": 1}


def test_snake_case_numbers_and_names_of_enums_are_read(tmp_path: Path) -> None:
    span = {
        "trace_id": TRACE.upper(),
        "span_id": span_id(1),
        "name": "x",
        "kind": "SPAN_KIND_SERVER",
        "start_time_unix_nano": 1_000,
        "end_time_unix_nano": 2_000,
        "status": {"code": "STATUS_CODE_ERROR", "message": "no"},
    }
    document = {"resource_spans": [{"scope_spans": [{"spans": [span]}]}]}

    (record,) = read(tmp_path / "f.json", document)

    assert (record.trace_id, record.otel_kind, record.status) == (TRACE, "SERVER", "error")


@pytest.mark.parametrize(
    "span",
    [
        {"traceId": "xyz", "spanId": span_id(1), "startTimeUnixNano": "1"},
        {"traceId": "0" * 32, "spanId": span_id(1), "startTimeUnixNano": "1"},
        {"traceId": TRACE, "spanId": span_id(1)},
        {"traceId": TRACE, "spanId": span_id(1), "startTimeUnixNano": "soon"},
        {"traceId": TRACE, "spanId": span_id(1), "startTimeUnixNano": "1", "attributes": [{}]},
        "span",
    ],
)
def test_a_span_that_makes_no_sense_is_damage(tmp_path: Path, span: object) -> None:
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}

    with pytest.raises(DamagedInput, match=r"line 1 is damaged: a span of it cannot be read"):
        read(tmp_path / "f.json", document)
