"""Reading OTLP files, whoever wrote them: the Collector's file exporter, other SDKs, or Spanlit.

Spans go through the translator that live spans go through, so every convention that it knows is
understood, and unknown attributes are kept. JSON is read as protobuf's mapping allows: names in
camelCase or snake_case, integers as numbers or strings, enums as numbers or names.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState

from spanlit.tracing.pricing import cost_usd
from spanlit.tracing.record import ENDED_VERSION, SpanRecord
from spanlit.tracing.translate import translate

from .check import check_row
from .errors import TransferError
from .jsonl import OnDamage

Json = Mapping[str, Any]

_BROKEN = (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError)
_SIGNALS = ("resourceMetrics", "resource_metrics", "resourceLogs", "resource_logs")


def is_request(line: bytes) -> bool:
    """Whether a line is an export request of any signal."""
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and _signal(document) is not None


def _signal(document: Json) -> str | None:
    known = ("resourceSpans", "resource_spans", *_SIGNALS)
    return next((key for key in known if key in document), None)


def read(
    lines: Iterable[bytes], name: str, on_damage: OnDamage, on_unknown: Callable[[str], None]
) -> Iterator[SpanRecord]:
    """The spans of a file, of the default project.

    Args:
        lines: The file.
        name: What people know it by.
        on_damage: Told of every line or span that cannot be read, by the number of the line.
        on_unknown: Told of every line with metrics or logs.

    Raises:
        TransferError: The first line is no OTLP at all.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
            signal = _signal(document)
        except (ValueError, TypeError):
            if number == 1:
                raise TransferError(
                    f"{name} is not an OTLP file: its first line is not the JSON of a request. "
                    f"The Collector's file exporter writes such files with `format: json`."
                ) from None
            on_damage(f"{name}: line {number} is damaged: it is not JSON")
            continue
        if signal in _SIGNALS:
            on_unknown("metrics" if "etrics" in str(signal) else "logs")
            continue
        if signal is None:
            on_damage(f"{name}: line {number} is damaged: it has no resourceSpans")
            continue
        place = f"{name}: line {number}"
        try:
            yield from _spans(document[signal], place, on_damage)
        except _BROKEN as error:
            on_damage(f"{place} is damaged: it is not OTLP: {error}")


def _spans(resources: Iterable[Json], place: str, on_damage: OnDamage) -> Iterator[SpanRecord]:
    for group in resources:
        resource = Resource(_mapping(_get(_get(group, "resource", {}), "attributes", ())))
        for scoped in _get(group, "scopeSpans", ()):
            about = _get(scoped, "scope", {})
            scope = InstrumentationScope(_get(about, "name", ""), _get(about, "version", ""))
            for span in _get(scoped, "spans", ()):
                try:
                    record = _record(span, resource, scope)
                    check_row(record)
                    yield record
                except _BROKEN as error:
                    on_damage(f"{place} is damaged: a span of it cannot be read: {error}")


def _record(span: Json, resource: Resource, scope: InstrumentationScope) -> SpanRecord:
    values = _mapping(_get(span, "attributes", ()))
    trace_id = _id(span, "traceId", 32)
    parent = _get(span, "parentSpanId", "")
    start_ns = int(_get(span, "startTimeUnixNano", 0))
    if start_ns <= 0:
        raise ValueError("it has no start time")
    readable = ReadableSpan(
        name=str(_get(span, "name", "")),
        context=_context(trace_id, _id(span, "spanId", 16), str(_get(span, "traceState", ""))),
        parent=_context(trace_id, parent) if parent else None,
        resource=resource,
        attributes=values,
        events=[_event(event) for event in _get(span, "events", ())],
        links=[_link(link) for link in _get(span, "links", ())],
        kind=_kind(_get(span, "kind", 0)),
        status=_status(_get(span, "status", {})),
        start_time=start_ns,
        end_time=max(int(_get(span, "endTimeUnixNano", 0)), start_ns),
        instrumentation_scope=scope,
    )
    record = translate(readable, version=ENDED_VERSION)
    if not record.cost_usd:
        record.cost_usd = cost_usd(record)
    return record


def _get(values: Json, key: str, default: Any) -> Any:
    if key in values:
        return values[key]
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in key)
    return values.get(snake, default)


def _id(values: Json, key: str, digits: int) -> str:
    text = str(_get(values, key, ""))
    if len(text) != digits:
        # Some emitters follow protobuf's own mapping, against OTLP's: base64.
        text = base64.b64decode(text, validate=True).hex()
    if len(text) != digits or int(text, 16) == 0:
        raise ValueError(f"its {key} is not {digits} hex digits")
    return text.lower()


def _context(trace_id: str, span_id: str, state: str = "") -> SpanContext:
    if len(span_id) != 16:
        span_id = base64.b64decode(span_id, validate=True).hex()
    return SpanContext(
        int(trace_id, 16),
        int(span_id, 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
        trace_state=TraceState.from_header([state] if state else []),
    )


def _event(event: Json) -> Event:
    return Event(
        name=str(_get(event, "name", "")),
        attributes=_mapping(_get(event, "attributes", ())),
        timestamp=int(_get(event, "timeUnixNano", 0)),
    )


def _link(link: Json) -> Link:
    context = _context(_id(link, "traceId", 32), _id(link, "spanId", 16))
    return Link(context, _mapping(_get(link, "attributes", ())))


def _kind(value: int | str) -> SpanKind:
    if isinstance(value, int):
        return SpanKind(value - 1) if 1 <= value <= len(SpanKind) else SpanKind.INTERNAL
    return getattr(SpanKind, value.removeprefix("SPAN_KIND_"), SpanKind.INTERNAL)


def _status(status: Json) -> Status:
    is_error = _get(status, "code", 0) in (2, "STATUS_CODE_ERROR")
    message = str(_get(status, "message", ""))
    return Status(StatusCode.ERROR, message) if is_error else Status(StatusCode.UNSET)


def _mapping(pairs: Iterable[Json]) -> dict[str, Any]:
    return {str(pair["key"]): _value(pair.get("value", {})) for pair in pairs}


def _value(value: Json) -> Any:
    for key, content in value.items():
        match key:
            case "stringValue" | "string_value":
                return str(content)
            case "boolValue" | "bool_value":
                return bool(content)
            case "intValue" | "int_value":
                return int(content)
            case "doubleValue" | "double_value":
                return float(content)
            case "bytesValue" | "bytes_value":
                return f"<{len(base64.b64decode(content)):,} bytes>"
            case "arrayValue" | "array_value":
                return [_value(item) for item in _get(content, "values", ())]
            case "kvlistValue" | "kvlist_value":
                return _mapping(_get(content, "values", ()))
    return None
