"""What the recorder said about a span, made ready for the event loop in the recorder's thread."""

from dataclasses import dataclass

from spanlit.tracing import events as recorded
from spanlit.tracing.record import SpanRecord

from .events import SpanDelta, SpanEnd, SpanRemove, SpanSet, SpanStart
from .present import message_view, span_view

SpanLifeEvent = SpanStart | SpanDelta | SpanSet | SpanEnd | SpanRemove


@dataclass(frozen=True, slots=True)
class Change:
    """An event of a span with its JSON and, except for deltas, the record behind it."""

    event: SpanLifeEvent
    json: str
    trace_id: str
    record: SpanRecord | None


def change_of(event: recorded.LiveEvent) -> Change | None:
    """The change that clients should see, or None if the event is for stores only."""
    if isinstance(event, recorded.SpanCheckpoint):
        return None
    if isinstance(event, recorded.SpanDelta):
        delta = SpanDelta(
            trace_id=event.trace_id,
            span_id=event.span_id,
            field=event.field,
            text=event.text,
            offset=event.offset,
        )
        return Change(delta, delta.model_dump_json(), event.trace_id, None)
    wire = _life_event(event)
    return Change(wire, wire.model_dump_json(), event.record.trace_id, event.record)


def _life_event(
    event: recorded.SpanStarted
    | recorded.SpanEnded
    | recorded.SpanCorrected
    | recorded.SpanRemoved,
) -> SpanLifeEvent:
    record = event.record
    match event:
        case recorded.SpanStarted():
            return SpanStart(span=span_view(record))
        case recorded.SpanEnded():
            return _ended(record)
        case recorded.SpanCorrected():
            return _ended(record) if record.ended else _changed(record)
        case recorded.SpanRemoved():
            return SpanRemove(trace_id=record.trace_id, span_id=record.span_id)


def _ended(record: SpanRecord) -> SpanEnd:
    message = message_view(record) if record.kind == "message" else None
    return SpanEnd(span=span_view(record), message=message)


def _changed(record: SpanRecord) -> SpanSet:
    message = message_view(record) if record.kind == "message" else None
    return SpanSet(span=span_view(record), message=message)
