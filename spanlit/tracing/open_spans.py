"""The spans that are open now, and what to tell of them: used by the recorder's thread only."""

import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from opentelemetry.sdk.trace import ReadableSpan

from . import attributes
from .events import (
    LiveEvent,
    SpanCheckpoint,
    SpanCorrected,
    SpanEnded,
    SpanRemoved,
    SpanStarted,
)
from .frame import Delta, Frame, LiveBody
from .ids import process_id
from .pricing import cost_usd
from .record import ABANDONED_VERSION, ENDED_VERSION, SpanRecord
from .scope import TurnScope
from .translate import translate
from .types import BodyField

MIME_KEYS: dict[BodyField, str] = {
    "input": attributes.INPUT_MIME,
    "output": attributes.OUTPUT_MIME,
}


class FirstBodies(NamedTuple):
    """The bodies that a span had when it started; what streams is appended to these."""

    input: str
    output: str


class OpenSpan:
    """One span between its start and its end."""

    __slots__ = (
        "bodies",
        "checkpoint",
        "first",
        "known",
        "over_seen",
        "scope",
        "span",
        "started_in",
        "version",
    )

    def __init__(
        self,
        span: ReadableSpan,
        scope: TurnScope | None,
        first: FirstBodies,
        known: SpanRecord,
        frame: Frame,
    ) -> None:
        self.span = weakref.ref(span)
        self.scope = scope
        self.first = first
        self.known = known
        """The last record that was told, to fall back on."""
        self.checkpoint: SpanRecord | None = None
        self.started_in: Frame | None = frame
        self.version = 0
        self.bodies: dict[BodyField, LiveBody] = {}
        self.over_seen = False

    @property
    def owner(self) -> str | None:
        return _owner(self.scope)

    def body(self, field: BodyField) -> LiveBody:
        """The body as it streams; begins with what the span had when it started."""
        body = self.bodies.get(field)
        if body is None:
            text = self.first.input if field == "input" else self.first.output
            body = self.bodies[field] = LiveBody(text, mime=None)
        return body

    def put_bodies(self, record: SpanRecord) -> SpanRecord:
        """`record` with the bodies as they are now; they become attributes only at the end."""
        for field, body in self.bodies.items():
            setattr(record, field, body.text)
            if body.mime is not None:
                record.attributes[MIME_KEYS[field]] = body.mime
        return record

    def restore_cut_bodies(self, record: SpanRecord) -> None:
        """Undo what `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT` cut: it is meant for exporters."""
        for field, body in self.bodies.items():
            cut: str = getattr(record, field)
            if len(cut) < body.length and (text := body.text).startswith(cut):
                setattr(record, field, text)

    def now(self) -> SpanRecord:
        """The present state, with a new version."""
        span = self.span()
        self.version += 1
        if span is None:
            record = replace(self.known, attributes=dict(self.known.attributes))
        else:
            record = _as_open(translate(span, scope=self.scope, process_id=process_id()))
        record.version = self.version
        return self.put_bodies(record)


class OpenSpans:
    """Folds what happens to spans into frames of live events.

    The table is bounded: when it is full the oldest span leaves it. Of such a span there are no
    more deltas and checkpoints; its end is told all the same.

    Args:
        capacity: How many spans the table holds.
        checkpoint_after_ns: How long a span must be open for its first checkpoint.
        heartbeat_ns: Time between later checkpoints.
        message_heartbeat_ns: The same for messages: what a crash may cost of an answer.
        clock: Unix time in nanoseconds.
    """

    def __init__(
        self,
        *,
        capacity: int,
        checkpoint_after_ns: int,
        heartbeat_ns: int,
        message_heartbeat_ns: int,
        clock: Callable[[], int],
    ) -> None:
        self.evicted = 0
        self._capacity = capacity
        self._checkpoint_after_ns = checkpoint_after_ns
        self._heartbeat_ns = heartbeat_ns
        self._message_heartbeat_ns = message_heartbeat_ns
        self._clock = clock
        self._open: dict[int, OpenSpan] = {}
        self._changed: dict[int, OpenSpan] = {}
        self._first_due: deque[tuple[int, int]] = deque()
        self._later_due: deque[tuple[int, int]] = deque()
        self._messages_due: deque[tuple[int, int]] = deque()
        self._frame = Frame()
        self._last_correction = 0

    def __len__(self) -> int:
        return len(self._open)

    # --- what happens to spans ------------------------------------------------------------
    def started(
        self, span: ReadableSpan, scope: TurnScope | None, first: FirstBodies, now_ns: int
    ) -> None:
        """A span began. `now_ns` is on the clock that `tick` uses."""
        if len(self._open) >= self._capacity:
            self._evict()
        record = translate(span, scope=scope, process_id=process_id())
        if record.ended:  # meanwhile; what happened in between is still to be told
            record = _as_open(record)
            record.input, record.output = first
        key = _key(span)
        self._open[key] = OpenSpan(span, scope, first, record, self._frame)
        self._first_due.append((now_ns + self._checkpoint_after_ns, key))
        self._frame.add(SpanStarted(record, _owner(scope)))
        if record.kind == "turn":
            # At once: a turn that dies in its first second must not vanish from the thread.
            self._frame.add(SpanCheckpoint(replace(record), _owner(scope)))

    def appended(self, key: int, field: BodyField, text: str) -> None:
        """Text was appended to a body."""
        entry = self._open.get(key)
        if entry is None:
            return
        body = entry.body(field)
        if key not in self._changed:
            self._pending(entry, body, field).parts.append(text)
        body.append(text)

    def replaced(self, key: int, field: BodyField, text: str, mime: str) -> None:
        """A body was set as a whole."""
        entry = self._open.get(key)
        if entry is None:
            return
        entry.bodies[field] = LiveBody(text, mime)
        if entry.started_in is self._frame:
            entry.put_bodies(entry.known)
        else:
            self._changed[key] = entry

    def updated(self, key: int) -> None:
        """The app asks to tell of an open span now."""
        entry = self._open.get(key)
        if entry is not None:
            self._changed[key] = entry

    def ended(self, span: ReadableSpan) -> None:
        """A span ended."""
        key = _key(span)
        entry = self._open.pop(key, None)
        self._changed.pop(key, None)
        scope = None if entry is None else entry.scope
        record = self._final(span, scope, ENDED_VERSION)
        if entry is not None:
            entry.restore_cut_bodies(record)
        self._frame.add(SpanEnded(record, _owner(scope)))

    def corrected(
        self, span: ReadableSpan, scope: TurnScope | None, changes: Mapping[str, Any], name: str
    ) -> None:
        """A span was changed after its end: its name, and all attributes in `changes`."""
        record = self._final(span, scope, self._correction_version(), changes)
        record.name = name
        self._frame.add(SpanCorrected(record, _owner(scope)))

    def removed(
        self, span: ReadableSpan, scope: TurnScope | None, changes: Mapping[str, Any], name: str
    ) -> None:
        """An ended span was taken back."""
        record = self._final(span, scope, self._correction_version(), changes)
        record.name = name
        record.removed = True
        self._frame.add(SpanRemoved(record, _owner(scope)))

    # --- what is told ---------------------------------------------------------------------
    def take(self) -> list[LiveEvent]:
        """The events since the last call."""
        for entry in self._changed.values():
            entry.known = entry.now()
            self._frame.add(SpanCorrected(entry.known, entry.owner))
        self._changed.clear()
        frame, self._frame = self._frame, Frame()
        return frame.close()

    def tick(self, now_ns: int) -> None:
        """Make the checkpoints that are due."""
        for due in self._dues:
            while due and due[0][0] <= now_ns:
                key = due.popleft()[1]
                entry = self._open.get(key)
                if entry is not None and self._check(key, entry):
                    self._schedule(key, entry, now_ns)

    def _schedule(self, key: int, entry: OpenSpan, now_ns: int) -> None:
        if entry.known.kind == "message":
            self._messages_due.append((now_ns + self._message_heartbeat_ns, key))
        else:
            self._later_due.append((now_ns + self._heartbeat_ns, key))

    def next_due_ns(self) -> int | None:
        """When `tick` should be called next; None if nothing is open."""
        return min((due[0][0] for due in self._dues if due), default=None)

    @property
    def _dues(self) -> tuple[deque[tuple[int, int]], ...]:
        """When which span is looked at next; each queue is in order by itself."""
        return self._first_due, self._later_due, self._messages_due

    # --- inside ---------------------------------------------------------------------------
    def _pending(self, entry: OpenSpan, body: LiveBody, field: BodyField) -> Delta:
        pending = body.pending
        if pending is None or pending.frame is not self._frame:
            entry.started_in = None
            known = entry.known
            pending = body.pending = Delta(
                self._frame, known.trace_id, known.span_id, entry.owner, field, body.length
            )
            self._frame.add(pending)
        return pending

    def _check(self, key: int, entry: OpenSpan) -> bool:
        """Checkpoint one span; False when it is over."""
        span = entry.span()
        if span is None or span.end_time is not None:
            if entry.over_seen:
                self._close(key, entry, span)
            entry.over_seen = True  # most likely the end is on its way here: look again later
            return key in self._open
        record, last = entry.now(), entry.checkpoint
        if last is None or record != replace(last, version=record.version):
            entry.known = entry.checkpoint = record
            self._frame.add(SpanCheckpoint(record, entry.owner))
        return True

    def _close(self, key: int, entry: OpenSpan, span: ReadableSpan | None) -> None:
        """Tell the end of a span of which no end was told; else it would run for ever.

        Either the queue was full when it ended, or it was collected as garbage and nobody can
        end it any more.
        """
        if span is not None:
            self.ended(span)
            return
        del self._open[key]
        self._changed.pop(key, None)
        record = entry.now()
        record.status = "abandoned"
        record.end_time_ns = self._clock()
        record.version = ABANDONED_VERSION
        self._frame.add(SpanEnded(record, entry.owner))

    def _evict(self) -> None:
        key = next(iter(self._open))
        del self._open[key]
        self._changed.pop(key, None)
        self.evicted += 1

    def _final(
        self,
        span: ReadableSpan,
        scope: TurnScope | None,
        version: int,
        changes: Mapping[str, Any] | None = None,
    ) -> SpanRecord:
        record = translate(
            span, scope=scope, changes=changes, version=version, process_id=process_id()
        )
        record.cost_usd = cost_usd(record)
        return record

    def _correction_version(self) -> int:
        """Unix milliseconds, but never the same twice."""
        self._last_correction = max(self._last_correction + 1, self._clock() // 1_000_000)
        return self._last_correction


def _key(span: ReadableSpan) -> int:
    context = span.context
    assert context is not None  # only the constructor of a bare ReadableSpan allows None
    span_id: int = context.span_id
    return span_id


def _owner(scope: TurnScope | None) -> str | None:
    return None if scope is None else scope.owner


def _as_open(record: SpanRecord) -> SpanRecord:
    """A span may end while the recorder still tells of earlier moments."""
    record.end_time_ns = None
    record.status = "running"
    record.status_message = ""
    return record
