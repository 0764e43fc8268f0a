"""From a span of the OpenTelemetry SDK, in whatever dialect, to a `SpanRecord`."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, StatusCode

from . import attributes
from .bodies import INPUT, OUTPUT, document_count, take_body
from .content import clean, to_text
from .ids import span_id_hex, trace_id_hex
from .kinds import kind_of
from .record import DEFAULT_PROJECT, SpanEvent, SpanLink, SpanRecord
from .scope import TurnScope
from .types import AttributeValue, Status

_MAX_INT = 2**63 - 1


def translate(
    span: ReadableSpan,
    *,
    scope: TurnScope | None = None,
    changes: Mapping[str, Any] | None = None,
    version: int = 0,
    process_id: str = "",
) -> SpanRecord:
    """The record of `span` as it is now.

    Args:
        span: An open or an ended span.
        scope: The turn that it belongs to; decides on thread, user and project.
        changes: Attributes that replace those of the span (corrections after its end).
        version: Version of the record.
        process_id: Id of the process that owns the span.
    """
    values = _attributes(span.attributes, changes)
    context = span.context
    assert context is not None  # only the constructor of a bare ReadableSpan allows None
    kind = kind_of(values)
    output = take_body(values, OUTPUT)
    instrumentation = span.instrumentation_scope
    status, status_message = _status(span, values)
    return SpanRecord(
        trace_id=trace_id_hex(context),
        span_id=span_id_hex(context),
        parent_span_id=None if span.parent is None else span_id_hex(span.parent),
        name=clean(str(span.name)),
        start_time_ns=span.start_time or 0,
        end_time_ns=span.end_time,
        version=version,
        project=DEFAULT_PROJECT if scope is None else scope.project,
        kind=kind,
        otel_kind=span.kind.name,
        status=status,
        status_message=status_message,
        input=take_body(values, INPUT),
        output=output,
        thread_id=_text(values, attributes.CONVERSATION_ID) if scope is None else scope.thread_id,
        user_id=_text(values, attributes.USER_ID) if scope is None else scope.user_id,
        provider=_text(values, attributes.PROVIDER_NAME),
        model=_text(values, attributes.RESPONSE_MODEL) or _text(values, attributes.REQUEST_MODEL),
        input_tokens=_count(values, attributes.INPUT_TOKENS),
        output_tokens=_count(values, attributes.OUTPUT_TOKENS),
        cached_tokens=_count(values, attributes.CACHE_READ_TOKENS),
        reasoning_tokens=_count(values, attributes.REASONING_TOKENS),
        cost_usd=_number(values, attributes.COST_USD),
        ttft_ms=_number(values, attributes.TIME_TO_FIRST_CHUNK) * 1e3,
        document_count=document_count(values, kind, output),
        process_id=process_id,
        trace_state=context.trace_state.to_header(),
        scope_name="" if instrumentation is None else instrumentation.name,
        scope_version="" if instrumentation is None else instrumentation.version or "",
        attributes=values,
        resource=_resource(span.resource),
        events=[_event(event) for event in span.events],
        links=[_link(link) for link in span.links],
    )


def _attributes(
    own: Mapping[str, Any] | None, changes: Mapping[str, Any] | None
) -> dict[str, AttributeValue]:
    values = _clean_mapping(_copy(own or {}))
    if changes:
        values.update(_clean_mapping(changes))
    for old in values.keys() & attributes.ALIASES.keys():
        value = values.pop(old)
        values.setdefault(attributes.ALIASES[old], value)
    # Only storage says where blobs are: a span could point at somebody else's.
    for key in attributes.BLOB_KEYS:
        values.pop(key, None)
    return values


def _copy(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes of an open span, which other threads change meanwhile.

    To set a key again the SDK deletes it first, so that iteration may raise `KeyError`; its own
    `copy` does not.
    """
    return values.copy() if isinstance(values, MappingProxyType) else values


def _status(span: ReadableSpan, values: Mapping[str, Any]) -> tuple[Status, str]:
    if span.end_time is None:
        return "running", ""
    if values.get(attributes.CANCELLED) is True:
        return "cancelled", ""
    if span.status.status_code is StatusCode.ERROR:
        return "error", clean(span.status.description or "") or _exception_text(span.events)
    return "ok", ""


def _exception_text(events: Iterable[Event]) -> str:
    for event in events:
        if event.name == "exception" and event.attributes:
            return clean(str(event.attributes.get("exception.message", "")))
    return ""


_last_resource: tuple[Resource | None, dict[str, AttributeValue]] = (None, {})


def _resource(resource: Resource) -> dict[str, AttributeValue]:
    """The attributes of the resource: one dict for all spans of a provider, to be read only."""
    global _last_resource
    known, values = _last_resource
    if known is not resource:
        values = _clean_mapping(resource.attributes)
        _last_resource = resource, values
    return values


def _event(event: Event) -> SpanEvent:
    return SpanEvent(clean(event.name), event.timestamp, _clean_mapping(event.attributes or {}))


def _link(link: Link) -> SpanLink:
    return SpanLink(
        trace_id_hex(link.context), span_id_hex(link.context), _clean_mapping(link.attributes or {})
    )


def _clean_mapping(values: Mapping[str, Any]) -> dict[str, AttributeValue]:
    return {clean(str(key)): _clean_value(value) for key, value in values.items()}


def _clean_value(value: Any) -> AttributeValue:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if -_MAX_INT <= value <= _MAX_INT else str(value)
    if isinstance(value, Mapping):
        return _clean_mapping(value)
    if isinstance(value, (list, tuple)):
        return [_clean_value(item) for item in value]
    return to_text(value)[0]


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _count(values: Mapping[str, Any], key: str) -> int:
    return max(0, int(_number(values, key)))


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return value if -_MAX_INT <= value <= _MAX_INT else 0  # false for NaN too
