"""OTLP files: lines of JSON as the file exporter of the OpenTelemetry Collector writes them.

Each line is one `ExportTraceServiceRequest`. Ids are hex, 64-bit integers are strings. What a
span said is in the attributes of today's conventions for generative AI, or in `input.value` and
`output.value`, as when Spanlit exports live. Only spans that have ended can be said in OTLP, and
one that was abandoned is an error there.
"""

import base64
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import groupby
from typing import IO, Any

import orjson

from spanlit.storage.store import Row
from spanlit.tracing import attributes as keys
from spanlit.tracing.bodies import INPUT, OUTPUT, BodyKeys
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import AttributeValue, Status

LINE_SPANS = 200
LEFT_OUT = "open spans"

_KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
_CODES: dict[Status, int] = {"ok": 0, "error": 2, "abandoned": 2, "cancelled": 0, "running": 0}

Json = dict[str, Any]


async def write(file: IO[bytes], rows: AsyncIterator[Row]) -> Counter[str]:
    """Write the spans among the rows; return how many, and how many were still open."""
    counts: Counter[str] = Counter()
    spans: list[SpanRecord] = []
    async for row in rows:
        if not isinstance(row, SpanRecord):
            continue
        if row.end_time_ns is None:
            counts[LEFT_OUT] += 1
            continue
        spans.append(row)
        counts["spans"] += 1
        if len(spans) >= LINE_SPANS:
            file.write(orjson.dumps(request(spans)) + b"\n")
            spans = []
    if spans:
        file.write(orjson.dumps(request(spans)) + b"\n")
    return counts


def request(spans: Iterable[SpanRecord]) -> Json:
    """An `ExportTraceServiceRequest` in JSON. All of the spans must have ended."""
    resources = []
    for resource, of_resource in groupby(spans, lambda span: span.resource):
        scopes = []
        for (name, version), of_scope in groupby(
            of_resource, lambda span: (span.scope_name, span.scope_version)
        ):
            scope = {"name": name, "version": version}
            scopes.append({"scope": scope, "spans": [_span(span) for span in of_scope]})
        resources.append({"resource": {"attributes": _attributes(resource)}, "scopeSpans": scopes})
    return {"resourceSpans": resources}


def _span(span: SpanRecord) -> Json:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "traceState": span.trace_state,
        "parentSpanId": span.parent_span_id or "",
        "name": span.name,
        "kind": _KINDS.get(span.otel_kind, 0),
        "startTimeUnixNano": str(span.start_time_ns),
        "endTimeUnixNano": str(span.end_time_ns),
        "attributes": _attributes(_all_attributes(span)),
        "events": [
            {
                "timeUnixNano": str(event.time_ns),
                "name": event.name,
                "attributes": _attributes(event.attributes),
            }
            for event in span.events
        ],
        "links": [
            {
                "traceId": link.trace_id,
                "spanId": link.span_id,
                "attributes": _attributes(link.attributes),
            }
            for link in span.links
        ],
        "status": {"message": span.status_message, "code": _CODES[span.status]},
    }


def _all_attributes(span: SpanRecord) -> dict[str, AttributeValue]:
    """The attributes that we hold, and in their keys what we hold in fields."""
    values: dict[str, AttributeValue] = dict(span.attributes)
    _put_body(values, INPUT, span.input)
    _put_body(values, OUTPUT, span.output)
    facts: dict[str, AttributeValue] = {
        keys.CONVERSATION_ID: span.thread_id,
        keys.USER_ID: span.user_id,
        keys.COST_USD: span.cost_usd,
        keys.CANCELLED: span.status == "cancelled",
        keys.KIND: "" if span.kind == "other" else span.kind,
    }
    for key, value in facts.items():
        if value:
            values.setdefault(key, value)
    if span.document_count is not None:
        values.setdefault(keys.DOCUMENT_COUNT, span.document_count)
    return values


def _put_body(values: dict[str, AttributeValue], body: BodyKeys, text: str) -> None:
    """Put a body back where `take_body` found it; what messages say is in the messages."""
    messages = values.get(body.messages)
    if text and (messages is None or body.read_messages(messages) != text):
        values[body.value] = text


def _attributes(values: Mapping[str, AttributeValue]) -> list[Json]:
    return [{"key": key, "value": _any_value(value)} for key, value in values.items()]


def _any_value(value: AttributeValue) -> Json:
    match value:
        case None:
            return {}
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": _double(value)}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case Mapping():
            return {"kvlistValue": {"values": _attributes(value)}}
        case _:
            return {"arrayValue": {"values": [_any_value(item) for item in value]}}


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
