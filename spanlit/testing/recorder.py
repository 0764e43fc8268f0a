"""Spans in memory, with ids and times that are the same in every run."""

import itertools
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from spanlit.server.live.present import span_view
from spanlit.tracing import get_recorder, install
from spanlit.tracing.events import LiveEvent, SpanDelta, SpanEnded
from spanlit.tracing.record import SpanLink, SpanRecord

from .trace import Trace

SpanKey = tuple[str, str]
SECOND_NS = 1_000_000_000


class SpanRecorder:
    """Records the spans of this process while it is entered; a sink of the recorder.

    Ids are numbered in the order in which spans started (the first span is 0000000000000001),
    and the clock moves by a second with every start and end, so whole records can be compared
    with a snapshot. What differs between runs besides (process, resource, version) is left out.

    ```python
    with SpanRecorder() as spans:
        with Step("search", type="tool") as step:
            step.output = "3 pages"
    assert spans.outline() == "tool search"
    assert spans.records[0].output == "3 pages"
    ```
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[LiveEvent] = []

    def __enter__(self) -> Self:
        install()
        get_recorder().add_sink(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        get_recorder().flush()
        get_recorder().remove_sink(self)

    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Take a frame of events from the recorder."""
        with self._lock:
            self._events.extend(events)

    @property
    def events(self) -> list[LiveEvent]:
        """Everything that was told so far, with the real ids and times."""
        get_recorder().flush()
        with self._lock:
            return list(self._events)

    @property
    def records(self) -> list[SpanRecord]:
        """The spans as they are now, in the order in which they started."""
        return _normalised(self.events)

    @property
    def trace(self) -> Trace:
        """All spans as a tree."""
        return Trace(span_view(record) for record in self.records)

    def outline(self) -> str:
        """All spans as indented text; see `Trace.outline`."""
        return self.trace.outline()

    def clear(self) -> None:
        """Forget everything that was recorded."""
        get_recorder().flush()
        with self._lock:
            self._events.clear()


def _normalised(events: Sequence[LiveEvent]) -> list[SpanRecord]:
    clock = itertools.count(SECOND_NS, SECOND_NS)
    latest: dict[SpanKey, SpanRecord] = {}
    times: dict[SpanKey, tuple[int, int | None]] = {}
    for event in events:
        if isinstance(event, SpanDelta):
            continue
        key = _key(event.record)
        if key not in latest:
            times[key] = next(clock), None
        if isinstance(event, SpanEnded):
            times[key] = times[key][0], next(clock)
        latest[key] = event.record
    rename = _Numbers(latest)
    return [
        rename.record(record, *times[key]) for key, record in latest.items() if not record.removed
    ]


class _Numbers:
    """Ids by order of appearance. Ids of spans that were not recorded stay as they are."""

    def __init__(self, keys: Iterable[SpanKey]) -> None:
        traces, spans = zip(*keys, strict=True) if keys else ((), ())
        self._traces = {id_: f"{n:032x}" for n, id_ in enumerate(dict.fromkeys(traces), 1)}
        self._spans = {id_: f"{n:016x}" for n, id_ in enumerate(spans, 1)}

    def record(self, record: SpanRecord, start_ns: int, end_ns: int | None) -> SpanRecord:
        parent = record.parent_span_id
        return replace(
            record,
            trace_id=self._traces[record.trace_id],
            span_id=self._spans[record.span_id],
            parent_span_id=self._spans.get(parent, parent) if parent else None,
            start_time_ns=start_ns,
            end_time_ns=end_ns,
            ttft_ms=0.0,
            version=0,
            process_id="",
            resource={},
            events=[replace(event, time_ns=start_ns) for event in record.events],
            links=[self._link(link) for link in record.links],
        )

    def _link(self, link: SpanLink) -> SpanLink:
        return replace(
            link,
            trace_id=self._traces.get(link.trace_id, link.trace_id),
            span_id=self._spans.get(link.span_id, link.span_id),
        )


def _key(record: SpanRecord) -> SpanKey:
    return record.trace_id, record.span_id
