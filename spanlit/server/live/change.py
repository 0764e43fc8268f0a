"""What the recorder said about a span, made ready for the event loop in the recorder's thread."""

from dataclasses import dataclass

from spanlit.tracing import events as recorded
from spanlit.tracing.record import SpanRecord

from .events import SpanDelta, SpanEnd, SpanRemove, SpanSet, SpanStart
from .translate import message_view, span_view

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
    match event:
        case recorded.SpanDelta():
            wire: SpanLifeEvent = SpanDelta(
                trace_id=event.trace_id,
                span_id=event.span_id,
                field=event.field,
                text=event.text,
                offset=event.offset,
            )
            return Change(wire, wire.model_dump_json(), event.trace_id, None)
        case recorded.SpanStarted(record=record):
            wire = SpanStart(span=span_view(record))
        case recorded.SpanEnded(record=record):
            wire = _ended(record)
        case recorded.SpanCorrected(record=record):
            wire = _ended(record) if record.ended else _changed(record)
        case recorded.SpanRemoved(record=record):
            wire = SpanRemove(trace_id=record.trace_id, span_id=record.span_id)
        case recorded.SpanCheckpoint():
            return None
    return Change(wire, wire.model_dump_json(), record.trace_id, record)


def _ended(record: SpanRecord) -> SpanEnd:
    message = message_view(record) if record.kind == "message" else None
    return SpanEnd(span=span_view(record), message=message)


def _changed(record: SpanRecord) -> SpanSet:
    message = message_view(record) if record.kind == "message" else None
    return SpanSet(span=span_view(record), message=message)
