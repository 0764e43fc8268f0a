"""The writer: takes rows from any thread and brings them to the store.

    put ──► inbox ──► open segment ──► closed segments ──► store
           memory         spool            spool

A row is journalled within a frame and sent within `batch_delay_s`. While the store is away
segments pile up and drain in order later; if the process dies the next writer on the same
spool adopts them. A batch keeps its id through all of this, so nothing is stored twice.
"""

import asyncio
import atexit
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from spanlit.storage.models import Process
from spanlit.storage.store import Store
from spanlit.tracing.events import (
    LiveEvent,
    SpanCheckpoint,
    SpanCorrected,
    SpanEnded,
    SpanRemoved,
)
from spanlit.tracing.ids import process_id
from spanlit.tracing.record import DEFAULT_PROJECT, SpanRecord

from .courier import Courier, Lighten
from .journal import Row
from .segment import Fsync
from .spool import Spool
from .writer_status import WriterOptions, WriterStatus

__all__ = ["Fsync", "Lighten", "Writer", "WriterOptions", "WriterStatus"]


class Writer:
    """Writes behind your back; one per process. It is a `SpanSink`.

    Args:
        make_store: Makes the store, in the writer's own thread, as often as it takes to open
            one. A store that lives in memory must be the same object each time.
        spool_dir: Folder for rows on their way; shared by all processes of an installation.
        owner: Id of the app that it works for: spans of other apps' turns are left out. None
            takes all spans.
        project: Whose abandoned spans the reaper looks for.
        process: Who writes. It beats while the writer lives. None: no heartbeat, no reaper.
        options: How to write.
        lighten: What a batch goes through before it is sent. While it raises `StoreError` the
            batch waits, as if the store were away.
        on_status: Called in the writer's thread when the status changes; must not block.
        on_abandoned: Called in the writer's thread with the rows by which the reaper ended
            spans of dead processes; must not block.
    """

    def __init__(
        self,
        make_store: Callable[[], Store],
        spool_dir: Path,
        *,
        owner: str | None = None,
        project: str = DEFAULT_PROJECT,
        process: Process | None = None,
        options: WriterOptions | None = None,
        lighten: Lighten | None = None,
        on_status: Callable[[WriterStatus], None] | None = None,
        on_abandoned: Callable[[Sequence[SpanRecord]], None] | None = None,
    ) -> None:
        self._make_store = make_store
        self._spool_dir = spool_dir
        self._owner = owner
        self._project = project
        self._process = process
        self._options = options or WriterOptions()
        self._lighten = lighten
        self._on_status = on_status
        self._on_abandoned = on_abandoned
        self._starting = threading.Lock()
        self._started = False
        self._forked = False
        self._courier = self._new_courier()
        _close_at_exit_and_fork(self)

    def _new_courier(self) -> Courier:
        spool = Spool(
            self._spool_dir,
            max_bytes=self._options.spool_max_bytes,
            fsync=self._options.fsync,
        )
        return Courier(
            self._make_store,
            spool,
            project=self._project,
            process=self._process,
            options=self._options,
            lighten=self._lighten,
            on_status=self._on_status,
            on_abandoned=self._on_abandoned,
        )

    @property
    def status(self) -> WriterStatus:
        """How storage stands now."""
        return self._courier.status

    def start(self) -> None:
        """Start the thread: adopt what dead processes left, open the store, keep trying."""
        if self._forked:
            self._continue_in_child()
        with self._starting:
            if not self._started:
                self._started = True
                self._courier.start()

    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Take one frame of live events; those that say nothing lasting are left out."""
        self.put(*_lasting(event for event in events if self._concerns(event)))

    def _concerns(self, event: LiveEvent) -> bool:
        return self._owner is None or event.owner is None or event.owner == self._owner

    def put(self, *rows: Row) -> None:
        """Take rows, which nobody may change from now on.

        Thread-safe; never blocks on the disk or the store.
        """
        if rows:
            if self._forked:
                self._continue_in_child()
            self._courier.put(rows)

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was put so far is durable in the store.

        Must not be called in an event loop's thread; there is `aflush`.

        Returns:
            False if it was only spooled when the time was over, or when the writer stopped.
        """
        if not self._started:
            return False
        if self._forked:
            self._continue_in_child()
        flush = self._courier.flush()
        try:
            return flush.result(timeout_s)
        except TimeoutError:
            flush.cancel()
            return False

    async def aflush(self, timeout_s: float = 10.0) -> bool:
        """Like `flush`, for coroutines."""
        if not self._started:
            return False
        if self._forked:
            self._continue_in_child()
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.wrap_future(self._courier.flush())
        except TimeoutError:
            return False

    def stop(self, timeout_s: float, *, goodbye: bool = True) -> None:
        """Flush, mark the process as stopped, and end the thread.

        What the store does not take in time stays in the spool for the next writer.

        Args:
            timeout_s: How long this may take.
            goodbye: Whether the process stops recording. False if another writer of it goes
                on: spans of a stopped process that are open count as abandoned.
        """
        self._courier.stop(timeout_s, goodbye=goodbye)

    def after_fork(self) -> None:
        """Let go of the parent's files in a forked child.

        Nothing else until there is something to write: most children only start a program
        (with uvloop, each subprocess is one that comes through here).
        """
        self._courier.forget()
        self._starting = threading.Lock()
        self._forked = True

    def _continue_in_child(self) -> None:
        """Work in a forked child, where the thread of the parent is missing."""
        with self._starting:
            if not self._forked:
                return
            if self._process is not None:
                self._process = replace(self._process, id=process_id(), pid=os.getpid())
            self._courier = self._new_courier()
            if self._started:
                self._courier.start()
            self._forked = False


def _close_at_exit_and_fork(writer: Writer) -> None:
    """Look after a writer that its owner forgets, without keeping it alive."""
    reference = weakref.ref(writer)

    def at_exit() -> None:
        if (living := reference()) is not None:
            living.stop(0)  # asyncio's executors are gone by now: there is time to spool only

    def after_fork() -> None:
        if (living := reference()) is not None:
            living.after_fork()

    atexit.register(at_exit)
    os.register_at_fork(after_in_child=after_fork)


def _lasting(events: Iterable[LiveEvent]) -> Iterator[SpanRecord]:
    """The records to store. What changed in a span that is still open is in its next checkpoint."""
    for event in events:
        match event:
            case SpanCheckpoint() | SpanEnded() | SpanRemoved():
                yield event.record
            case SpanCorrected() if event.record.ended:
                yield event.record
