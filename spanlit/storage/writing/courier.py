"""The thread behind a writer: journals what is put and sends it."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from spanlit.storage.models import Process
from spanlit.storage.store import Batch, Store, StoreError
from spanlit.tracing.record import SpanRecord

from .inbox import Inbox
from .journal import Row, encode_row
from .segment import SYNC_S, Segment
from .spool import Spool
from .upkeep import Upkeep
from .writer_status import StatusTeller, Storage, WriterOptions, WriterStatus

T = TypeVar("T")
Lighten = Callable[[Batch], Awaitable[Batch]]
logger = logging.getLogger(__name__)

JOURNAL_SLICE = 500
"""Rows that are journalled before the event loop gets a turn."""

JOURNAL_SLICE_SIZE = 2**20
"""The same in bytes, about."""

GROWTH = 10
"""How many batches' rows a segment may take while the store is busy with another one."""

IN_FLIGHT = 2
"""Batches that are sent at a time: one is encoded here while the store works on the other."""

END_S = 5.0
"""How long the thread gets to end after its last flush; on a busy machine one second is short."""


class Courier:
    """One thread with an event loop, from `start` to `stop`. Made and owned by `Writer`."""

    def __init__(
        self,
        make_store: Callable[[], Store],
        spool: Spool,
        *,
        project: str,
        process: Process | None,
        options: WriterOptions,
        lighten: Lighten | None,
        on_status: Callable[[WriterStatus], None] | None,
        on_abandoned: Callable[[Sequence[SpanRecord]], None] | None,
    ) -> None:
        self._make_store = make_store
        self._spool = spool
        self._options = options
        self._lighten = lighten
        self._told_of_heavy = False
        self._on_abandoned = on_abandoned
        self._upkeep = Upkeep(
            spool,
            project=project,
            process=process,
            options=options,
            on_abandoned=self._tell_abandoned,
        )
        self._teller = StatusTeller(on_status, lambda: self.status, options.batch_rows)
        self._storage: Storage = "starting"
        self._failures: dict[object, str] = {}
        self._store: Store | None = None
        # The process itself goes first, so that whoever adopts the spans knows whose they are.
        self._inbox = Inbox([process] if process else [])
        self._refused_rows = 0
        self._left_out = 0
        self._refusing = threading.Lock()
        self._woken = False
        self._closed = False
        self._due = False
        self._due_timer: asyncio.TimerHandle | None = None
        self._sync_timer: asyncio.TimerHandle | None = None
        self._flushes: list[tuple[set[str], asyncio.Future[bool]]] = []
        self._loop = asyncio.new_event_loop()
        self._ready = asyncio.Event()
        self._retry_now = asyncio.Event()
        self._round_now = asyncio.Event()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="spanlit-writer", daemon=True)

    # --- called from other threads --------------------------------------------------------
    @property
    def status(self) -> WriterStatus:
        waiting = len(self._inbox)
        disk_refuses = bool(self._spool.error)
        return WriterStatus(
            storage=self._storage,
            error=next(iter(list(self._failures.values())), "") or self._spool.error,
            spooled_rows=self._spool.rows + waiting,
            spooled_bytes=self._spool.size,
            disk_refuses=disk_refuses,
            unsaved_rows=self._spool.unsaved_rows + waiting if disk_refuses else 0,
            shed_bodies=self._spool.shed_bodies,
            dropped_rows=self._spool.dropped_rows + self._refused_rows + self._left_out,
        )

    def start(self) -> None:
        self._thread.start()

    def put(self, rows: Sequence[Row]) -> None:
        """Take rows; never blocks."""
        if not self._inbox.put(rows):
            why = "the writer has stopped" if self._closed else "rows arrive too fast"
            self._refuse(len(rows), why)
            return
        if not self._woken:
            self._woken = True
            with suppress(RuntimeError):  # the loop has just closed
                self._loop.call_soon_threadsafe(self._journal)

    def _refuse(self, rows: int, why: str) -> None:
        with self._refusing:
            if not self._refused_rows:
                logger.error("rows are dropped: %s", why)
            self._refused_rows += rows

    def flush(self) -> Future[bool]:
        """Return a future that is done when the store has all that was put until now.

        Its result is False if the thread ends before.
        """
        if (flush := self._run_in_thread(self._flush())) is None:
            flush = Future()
            flush.set_result(False)
        return flush

    def stop(self, timeout_s: float, *, goodbye: bool) -> None:
        """Flush, tell the store that this process stops if `goodbye`, and end the thread."""
        if self._thread.ident is None:  # it was never started
            self._close_inbox()
            self._loop.close()
        if self._thread.is_alive():
            self._run_in_thread(self._stop(timeout_s, goodbye))
            self._thread.join(timeout_s + END_S)

    def _run_in_thread(self, work: Coroutine[Any, Any, T]) -> Future[T] | None:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop is closed
            work.close()
            return None

    def forget(self) -> None:
        """Let go of the parent's files in a forked child, where the thread does not exist."""
        self._closed = True  # not the inbox: another thread may have held its lock at the fork
        self._spool.forget()

    # --- the thread -----------------------------------------------------------------------
    def _run(self) -> None:
        self._spool.open()  # before any callback can journal
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._journal()
        # _work never ends by itself; if a bug ends it, it starts again.
        work = asyncio.create_task(self._until_done(self._work))
        await self._stopping.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        self._close_inbox()  # before the last look into it, so that no row slips in between
        self._journal_all()
        self._spool.close()
        for _, flush in self._flushes:
            if not flush.done():
                flush.set_result(False)
        await asyncio.sleep(0)  # those who wait for them hear of it
        await self._disconnect()

    def _close_inbox(self) -> None:
        self._closed = True
        self._inbox.close()

    async def _stop(self, timeout_s: float, goodbye: bool) -> None:
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(timeout_s):
                await self._flush()
                if goodbye and self._store is not None:
                    await self._upkeep.beat(self._store, stopped=True)
        self._stopping.set()

    # --- journalling ----------------------------------------------------------------------
    def _journal(self) -> None:
        self._woken = False
        self._journal_slice()
        if self._inbox:
            self._loop.call_soon(self._journal)

    def _journal_all(self) -> None:
        while self._inbox:
            self._journal_slice()

    def _journal_slice(self) -> None:
        rows: list[Row] = []
        lines: list[bytes] = []
        # A slice that is larger than a small spool would be dropped as a whole.
        size = min(JOURNAL_SLICE_SIZE, self._spool.segment_size)
        for row in self._inbox.take(JOURNAL_SLICE, size):
            try:
                lines.append(encode_row(row))
            except ValueError as error:
                self._spool.drop(1, str(error))
            else:
                rows.append(row)
        try:
            if rows:
                self._spool.append(rows, lines)
                self._schedule()
        finally:
            self._inbox.done()
        self._teller.changed()

    def _schedule(self) -> None:
        """Decide when the open segment is sent."""
        rows, size = self._spool.open_rows, self._spool.open_size
        if rows >= self._options.batch_rows * GROWTH or size >= self._spool.segment_size:
            self._spool.rotate()
            self._ready.set()
        elif rows >= self._options.batch_rows:
            self._set_due()
        elif self._due_timer is None:
            self._due_timer = self._loop.call_later(self._options.batch_delay_s, self._set_due)
        if self._sync_timer is None and self._spool.needs_sync:
            self._sync_timer = self._loop.call_later(SYNC_S, self._sync)

    def _sync(self) -> None:
        self._sync_timer = None
        self._spool.sync()
        self._teller.changed()

    def _set_due(self) -> None:
        if self._due_timer is not None:
            self._due_timer.cancel()
            self._due_timer = None
        self._due = True
        self._ready.set()

    # --- sending --------------------------------------------------------------------------
    async def _work(self) -> None:
        self._spool.give_back()
        self._failures.clear()
        await self._disconnect()
        store = await self._until_done(self._connect)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_forever(store))
            tasks.create_task(self._upkeep_forever(store))

    async def _send_forever(self, store: Store) -> None:
        free = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as deliveries:
            while True:
                await free.acquire()
                delivery = deliveries.create_task(self._deliver(store, await self._next()))
                delivery.add_done_callback(lambda _: free.release())

    async def _next(self) -> Segment:
        while True:
            if segment := self._spool.take():
                return segment
            if self._due:
                self._due = False
                self._spool.rotate()
            else:
                self._ready.clear()
                await self._ready.wait()

    async def _connect(self) -> Store:
        # In another thread, because it may import a driver; journalling goes on meanwhile.
        store = await asyncio.to_thread(self._make_store)
        try:
            await store.open(migrate=self._options.migrate)
            await self._upkeep.beat(store)
        except BaseException:
            with suppress(StoreError):
                await store.close()
            raise
        self._store = store
        return store

    async def _disconnect(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(StoreError):
                await store.close()

    async def _deliver(self, store: Store, segment: Segment) -> None:
        batch = self._spool.read(segment)
        if len(batch):
            self._left_out += await self._until_done(lambda: self._write(store, batch))
        self._spool.discard(segment)
        if segment.adopted and not self._spool.has_adopted:
            self._round_now.set()
        self._teller.changed()
        for missing, flush in self._flushes:
            missing.discard(segment.batch_id)
            if not missing and not flush.done():
                flush.set_result(True)

    async def _write(self, store: Store, batch: Batch) -> int:
        # At each attempt: blobs may have been deleted since the last one.
        return await store.write(await self._light(batch))

    async def _light(self, batch: Batch) -> Batch:
        if self._lighten is None:
            return batch
        try:
            return await self._lighten(batch)
        except StoreError:
            raise
        except Exception:  # a bug, at which trying again would hold up all rows for ever
            if not self._told_of_heavy:
                self._told_of_heavy = True
                logger.exception("large values could not become blobs; they stay in their rows")
            return batch

    async def _until_done(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it works. Rows wait in the spool meanwhile, so nothing is given up."""
        delay_s = self._options.retry_min_s
        while True:
            try:
                result = await attempt()
            except StoreError as error:
                self._failures[attempt] = str(error)
            except Exception as error:
                logger.exception("the store failed in an unexpected way")
                self._failures[attempt] = f"{type(error).__name__}: {error}"
            else:
                self._failures.pop(attempt, None)
                self._look_how_it_stands()
                return result
            self._spool.retry_disk()
            self._look_how_it_stands()
            self._retry_now.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._retry_now.wait(), delay_s)
            delay_s = min(delay_s * 2, self._options.retry_max_s)

    def _look_how_it_stands(self) -> None:
        """The store is away as long as anything that was tried has not worked since."""
        before, error = self._storage, next(iter(self._failures.values()), "")
        self._storage = "away" if error else "ok"
        if before != self._storage:
            self._upkeep.store_answered(not error)
            if error:
                logger.warning("storage is away; rows wait in the spool: %s", error)
            else:
                # The first time nobody was worried.
                level = logging.INFO if before == "away" else logging.DEBUG
                logger.log(level, "storage is ready")
        self._teller.changed()

    async def _flush(self) -> bool:
        if self._closed:
            return False
        self._journal_all()
        self._spool.rotate()
        missing = self._spool.undelivered()
        if not missing:
            return True
        stored: asyncio.Future[bool] = self._loop.create_future()
        flush = (missing, stored)
        self._flushes.append(flush)
        self._ready.set()
        self._retry_now.set()
        try:
            return await stored
        finally:
            self._flushes.remove(flush)

    # --- upkeep ---------------------------------------------------------------------------
    async def _upkeep_forever(self, store: Store) -> None:
        while True:
            await self._until_done(lambda: self._upkeep.round(store))
            self._ready.set()
            self._round_now.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._round_now.wait(), self._options.heartbeat_s)

    def _tell_abandoned(self, spans: Sequence[SpanRecord]) -> None:
        if self._on_abandoned is not None:
            self._on_abandoned(spans)
