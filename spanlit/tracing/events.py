"""What the recorder tells its sinks: the life of spans, in the order in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .record import SpanRecord
from .types import BodyField


@dataclass(slots=True, frozen=True)
class SpanStarted:
    """A span began; `record` may lack what was set since."""

    record: SpanRecord
    owner: str | None
    """Id of the app whose turn the span belongs to; None outside every turn."""


@dataclass(slots=True, frozen=True)
class SpanDelta:
    """Text that was appended to a body of an open span. Deltas of one frame come merged."""

    trace_id: str
    span_id: str
    field: BodyField
    text: str
    offset: int
    """Where `text` starts in the body, in UTF-16 code units (what JavaScript counts)."""
    owner: str | None


@dataclass(slots=True, frozen=True)
class SpanCheckpoint:
    """What a store should know of a span that is still open, so that a crash leaves a trace.

    First when the span has been open for a second (a turn: at once), then with each heartbeat
    that finds it changed. `record.version` counts up from 0.
    """

    record: SpanRecord
    owner: str | None


@dataclass(slots=True, frozen=True)
class SpanEnded:
    """A span ended; `record` is complete and priced."""

    record: SpanRecord
    owner: str | None


@dataclass(slots=True, frozen=True)
class SpanCorrected:
    """A span that changed other than by growing text; `record` replaces what was known of it.

    Of an open span this is for live views (`record.ended` is false); stores may wait for the
    next checkpoint. Of an ended span it has to be stored.
    """

    record: SpanRecord
    owner: str | None


@dataclass(slots=True, frozen=True)
class SpanRemoved:
    """A span that was taken back by `remove()`. `record.removed` is true."""

    record: SpanRecord
    owner: str | None


LiveEvent = SpanStarted | SpanDelta | SpanCheckpoint | SpanEnded | SpanCorrected | SpanRemoved


class SpanSink(Protocol):
    """A consumer of live events, for example the hub of a server or the writer of a store."""

    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Take one frame of events. Called from the recorder's thread; must not block."""
