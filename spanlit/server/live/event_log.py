"""The last events of a thread by number, and the frames that are made of them."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from uuid_utils import uuid7

from .events import Event, SpanDelta

MAX_EVENTS: Final = 4_000
MAX_BYTES: Final = 4_000_000
MAX_FRAME_BYTES: Final = 256_000
"""A frame ends with the event that crosses this, so that a slow client shows progress."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with its number and its JSON, which is made once for all readers."""

    seq: int
    event: Event
    json: str


class EventLog:
    """A ring of events, bounded by count and by bytes.

    Numbers begin with 1 in every epoch; a restarted server has no memory of the old numbers
    and says so with a new epoch.
    """

    def __init__(self, *, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self.epoch = uuid7().hex
        self.seq = 0
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._max_events = max_events
        self._max_bytes = max_bytes

    def append(self, event: Event, json: str) -> int:
        """Add an event and return its number; the oldest events make room."""
        self.seq += 1
        self._entries.append(Entry(self.seq, event, json))
        self._bytes += len(json)
        while len(self._entries) > self._max_events or self._bytes > self._max_bytes:
            self._bytes -= len(self._entries.popleft().json)
        return self.seq

    def reaches(self, seq: int) -> bool:
        """Whether everything after `seq` is still here."""
        oldest = self._entries[0].seq if self._entries else self.seq + 1
        return oldest - 1 <= seq <= self.seq

    def after(self, seq: int, *, max_bytes: int = MAX_FRAME_BYTES) -> list[Entry]:
        """The events after `seq`, as many as fit a frame and at least one if there is any."""
        newest_first: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.seq <= seq:
                break
            newest_first.append(entry)
        return list(_fitting(reversed(newest_first), max_bytes))

    @property
    def size(self) -> tuple[int, int]:
        """How many events the ring holds, and how many bytes of JSON."""
        return len(self._entries), self._bytes


def merged(entries: Iterable[Entry]) -> list[orjson.Fragment]:
    """The events as JSON, with the deltas of a body that follow one another made one.

    Deltas of different spans pass each other on the way; a delta never passes another event
    of its own span.
    """
    groups: list[list[Entry]] = []
    streams: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        event = entry.event
        if not isinstance(event, SpanDelta):
            span_id = _span_id(event)
            streams.pop((span_id, "input"), None)
            streams.pop((span_id, "output"), None)
            groups.append([entry])
        elif stream := streams.get((event.span_id, event.field)):
            stream.append(entry)
        else:
            stream = streams[event.span_id, event.field] = [entry]
            groups.append(stream)
    return [orjson.Fragment(_json(group)) for group in groups]


def _json(group: list[Entry]) -> str:
    """The JSON of one event, or of the delta that several deltas add up to."""
    first = group[0]
    if len(group) == 1:
        return first.json
    text = "".join(entry.event.text for entry in group if isinstance(entry.event, SpanDelta))
    return first.event.model_copy(update={"text": text}).model_dump_json()


def _fitting(entries: Iterable[Entry], max_bytes: int) -> Iterable[Entry]:
    total = 0
    for entry in entries:
        yield entry
        total += len(entry.json)
        if total >= max_bytes:
            return


def _span_id(event: Any) -> str:
    span = getattr(event, "span", event)
    return getattr(span, "span_id", "")
