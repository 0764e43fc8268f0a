"""What the tests of tracing share: a sink, ids that count, events in short."""

import itertools
import threading
from collections.abc import Callable, Sequence

from opentelemetry.sdk.trace.id_generator import IdGenerator

from spanlit.tracing import (
    LiveEvent,
    SpanDelta,
    SpanEnded,
    SpanRecord,
    SpanStarted,
    get_recorder,
)


class CountingIds(IdGenerator):
    """Ids 1, 2, 3 … for spans and for traces."""

    def __init__(self) -> None:
        self._spans = itertools.count(1)
        self._traces = itertools.count(1)

    def generate_span_id(self) -> int:
        return next(self._spans)

    def generate_trace_id(self) -> int:
        return next(self._traces)


class MemorySink:
    """Keeps what the recorder tells."""

    def __init__(self) -> None:
        self._told: list[LiveEvent] = []
        self._frames = threading.Condition()

    def publish(self, events: Sequence[LiveEvent]) -> None:
        with self._frames:
            self._told.extend(events)
            self._frames.notify_all()

    @property
    def events(self) -> list[LiveEvent]:
        assert get_recorder().flush()
        return list(self._told)

    @property
    def ended(self) -> list[SpanRecord]:
        """Final records, in the order in which spans ended."""
        return [event.record for event in self.events if isinstance(event, SpanEnded)]

    @property
    def only(self) -> SpanRecord:
        """The one span that ended."""
        (record,) = self.ended
        return record

    def span(self, name: str) -> SpanRecord:
        """The ended span of this name."""
        (record,) = [record for record in self.ended if record.name == name]
        return record

    def parents(self) -> dict[str, str | None]:
        """Name of each ended span -> name of its parent."""
        names = {record.span_id: record.name for record in self.ended}
        return {record.name: names.get(record.parent_span_id or "") for record in self.ended}

    def wait_for(self, found: Callable[[list[LiveEvent]], bool], timeout_s: float = 10) -> None:
        """Wait until what was told satisfies `found`."""
        with self._frames:
            assert self._frames.wait_for(lambda: found(self._told), timeout_s), self._told


def outline(events: Sequence[LiveEvent]) -> list[str]:
    """Events in short, such as `started NAME` or `delta SPAN-ID FIELD@OFFSET TEXT`."""
    return [_line(event) for event in events]


def _line(event: LiveEvent) -> str:
    if isinstance(event, SpanDelta):
        return f"delta {int(event.span_id, 16)} {event.field}@{event.offset} {event.text}"
    verb = type(event).__name__.removeprefix("Span").lower()
    return f"{verb} {event.record.name}"


def started(events: Sequence[LiveEvent]) -> list[SpanRecord]:
    """The records with which spans started."""
    return [event.record for event in events if isinstance(event, SpanStarted)]
