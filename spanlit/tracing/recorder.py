"""From spans to live events: little work where spans start and end, the rest in one thread."""

import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from opentelemetry.context import Context, attach
from opentelemetry.sdk.trace import ReadableSpan

from . import attributes
from .events import LiveEvent, SpanSink
from .open_spans import FirstBodies, OpenSpans
from .scope import TurnScope, detach
from .types import BodyField

log = logging.getLogger(__name__)

Operation = tuple[Any, ...]
"""A function for the recorder's thread, and its arguments."""

_MAX_FRAME = 10_000
"""Operations per frame: a long queue is told in pieces."""

_COMPLAINT_INTERVAL_S = 60.0


class Recorder:
    """Tells sinks the life of all spans, one frame of events at a time.

    Its methods never raise and only append to a queue. A daemon thread empties the queue: the
    first operation wakes it at once, after that it works once per frame. When sinks are so slow
    that the queue fills, deltas are dropped first (the end of a span brings its whole text),
    then everything; `dropped` counts.

    Args:
        frame_s: Least time between two frames, in seconds.
        checkpoint_after_s: How long a span must be open for its first checkpoint, in seconds.
        heartbeat_s: Time between later checkpoints, in seconds.
        message_heartbeat_s: The same for messages, in seconds.
        max_queue: Operations that may wait; deltas may fill half of it.
        max_open: Open spans that are followed.
        clock: Unix time in nanoseconds.
    """

    def __init__(
        self,
        *,
        frame_s: float = 0.03,
        checkpoint_after_s: float = 1.0,
        heartbeat_s: float = 10.0,
        message_heartbeat_s: float = 2.0,
        max_queue: int = 200_000,
        max_open: int = 20_000,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._frame_s = frame_s
        self._max_queue = max_queue
        self._new_spans = partial(
            OpenSpans,
            capacity=max_open,
            checkpoint_after_ns=int(checkpoint_after_s * 1e9),
            heartbeat_ns=int(heartbeat_s * 1e9),
            message_heartbeat_ns=int(message_heartbeat_s * 1e9),
            clock=clock,
        )
        self._sinks: tuple[SpanSink, ...] = ()
        self._lost = 0
        self._complained_at = -_COMPLAINT_INTERVAL_S
        self._begin()
        _begin_in_forked_child(self)

    def _begin(self) -> None:
        """What a forked child needs anew. The spans of the parent are the parent's to tell of."""
        self._sinks_lock = threading.Lock()
        self._start_lock = threading.Lock()
        self._queue: deque[Operation] = deque()
        self._spans = self._new_spans()
        self._waiters: list[threading.Event] = []
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._idle = True
        self._thread: threading.Thread | None = None

    # --- sinks ----------------------------------------------------------------------------
    def add_sink(self, sink: SpanSink) -> None:
        """Tell `sink` everything from now on. Of spans that are open it will hear the end."""
        with self._sinks_lock:
            if sink not in self._sinks:
                self._sinks = (*self._sinks, sink)

    @property
    def has_sinks(self) -> bool:
        """Whether anybody is told."""
        return bool(self._sinks)

    def remove_sink(self, sink: SpanSink) -> None:
        """Tell `sink` nothing more; no error if it is unknown."""
        with self._sinks_lock:
            self._sinks = tuple(known for known in self._sinks if known is not sink)

    @property
    def dropped(self) -> int:
        """Operations, and spans followed, that were given up because there were too many."""
        return self._lost + self._spans.evicted

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything recorded so far has reached the sinks.

        Blocks: async code calls it in a thread.

        Returns:
            False if that took longer than `timeout_s` seconds, or was asked for by a sink.
        """
        if threading.current_thread() is self._thread:
            return False
        reached = threading.Event()
        self._put((self._waiters.append, reached))
        self._hurry.set()
        return reached.wait(timeout_s)

    # --- what happens: called from any thread ---------------------------------------------
    def started(self, span: ReadableSpan, scope: TurnScope | None) -> None:
        """A span began."""
        if self._sinks:
            first = _first_bodies(span.attributes or {})
            self._offer((self._spans.started, span, scope, first, time.monotonic_ns()))

    def ended(self, span: ReadableSpan) -> None:
        """A span ended."""
        self._offer((self._spans.ended, span))

    def appended(self, span_id: int, field: BodyField, text: str) -> None:
        """Text was appended to a body of an open span."""
        if self._sinks:
            if len(self._queue) < self._max_queue // 2:
                self._put((self._spans.appended, span_id, field, text))
            else:
                self._lost += 1

    def replaced(self, span_id: int, field: BodyField, text: str, mime: str) -> None:
        """A body of an open span was set as a whole."""
        self._offer((self._spans.replaced, span_id, field, text, mime))

    def updated(self, span_id: int) -> None:
        """An open span should be told of now."""
        self._offer((self._spans.updated, span_id))

    def corrected(
        self, span: ReadableSpan, scope: TurnScope | None, changes: Mapping[str, Any], name: str
    ) -> None:
        """An ended span was changed: its name, and all attributes that differ from the end."""
        self._offer((self._spans.corrected, span, scope, changes, name))

    def removed(
        self, span: ReadableSpan, scope: TurnScope | None, changes: Mapping[str, Any], name: str
    ) -> None:
        """An ended span was taken back."""
        self._offer((self._spans.removed, span, scope, changes, name))

    def _offer(self, operation: Operation) -> None:
        if self._sinks:
            if len(self._queue) < self._max_queue:
                self._put(operation)
            else:
                self._lost += 1

    def _put(self, operation: Operation) -> None:
        self._queue.append(operation)
        if self._idle:
            self._rouse()

    def _rouse(self) -> None:
        # First: when the garbage collector closes a generator below, its step comes back to
        # `_put` in this very thread, and must not wait for the locks that are held here.
        self._idle = False
        with self._start_lock:
            if self._thread is None:
                self._start_thread()
        self._wake.set()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="spanlit-recorder", daemon=True)
        # Where threads inherit the OpenTelemetry context, ours must not live in someone's turn.
        token = attach(Context())
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # no more threads, or the interpreter is shutting down
            self._thread = None
            self._idle = True  # the next operation tries again
        finally:
            detach(token)

    # --- the recorder's thread ------------------------------------------------------------
    def _run(self) -> None:
        while True:
            self._rest()
            self._work()
            if len(self._queue) < _MAX_FRAME:
                self._hurry.wait(self._frame_s)

    def _rest(self) -> None:
        """Wait for an operation or for the next checkpoint."""
        self._idle = True  # before the look at the queue: whoever appends later will wake us
        if not self._queue:
            due_ns = self._spans.next_due_ns()
            wait_s = None if due_ns is None else max(0, due_ns - time.monotonic_ns()) / 1e9
            self._wake.wait(wait_s)
        self._idle = False
        self._wake.clear()

    def _work(self) -> None:
        self._hurry.clear()
        for _ in range(min(len(self._queue), _MAX_FRAME)):
            function, *arguments = self._queue.popleft()
            try:
                function(*arguments)
            except Exception as error:
                self._complain("A span could not be recorded", error)
        try:
            self._spans.tick(time.monotonic_ns())
            events = self._spans.take()
        except Exception as error:
            self._complain("A frame of spans could not be recorded", error)
            events = []
        if events:
            self._publish(events)
        waiters, self._waiters[:] = list(self._waiters), []
        for waiter in waiters:
            waiter.set()

    def _publish(self, events: Sequence[LiveEvent]) -> None:
        for sink in self._sinks:
            try:
                sink.publish(events)
            except Exception as error:
                self._complain(f"{type(sink).__qualname__} failed on {len(events)} events", error)

    def _complain(self, message: str, error: Exception) -> None:
        """Log an error, but not thirty times a second."""
        now = time.monotonic()
        if now - self._complained_at >= _COMPLAINT_INTERVAL_S:
            self._complained_at = now
            log.error("%s (silent for a minute about more)", message, exc_info=error)


def _first_bodies(values: Mapping[str, Any]) -> FirstBodies:
    given = values.get(attributes.INPUT_VALUE), values.get(attributes.OUTPUT_VALUE)
    return FirstBodies(*(text if isinstance(text, str) else "" for text in given))


def _begin_in_forked_child(recorder: Recorder) -> None:
    if not hasattr(os, "register_at_fork"):
        return
    alive = weakref.ref(recorder)

    def begin() -> None:
        if (child := alive()) is not None:
            child._begin()  # noqa: SLF001 # the other half of the same thing

    os.register_at_fork(after_in_child=begin)


_recorder = Recorder()


def get_recorder() -> Recorder:
    """The recorder of this process."""
    return _recorder
