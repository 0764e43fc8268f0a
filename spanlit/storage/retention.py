"""Retention: deletes what is older than its project keeps it, and blobs nobody refers to."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import orjson
from opentelemetry import metrics

from .blobs.store import BlobStore
from .deletion import GRACE_S, collect_garbage, finish
from .file_lock import FileLock
from .store import Cutoffs, Housekeeping, Store, StoreError
from .writing.spool import DAMAGED

logger = logging.getLogger(__name__)

FIRST_S: Final = 60.0
"""How long after the start the first run is."""
INTERVAL_S: Final = 3_600.0
JITTER: Final = 0.1
GARBAGE_INTERVAL_S: Final = 86_400.0
"""How often all blobs are looked at, which takes a query for every 1,000."""
DAY_NS: Final = 86_400 * 10**9


@dataclass(slots=True, frozen=True)
class Periods:
    """How many days a project keeps what it has; 0 keeps it for ever."""

    bodies_days: int = 0
    spans_days: int = 0
    files_days: int = 0
    threads_days: int = 0

    def cutoffs(self, now_ns: int) -> Cutoffs:
        """What is too old now."""
        return Cutoffs(
            bodies_ns=_before(now_ns, self.bodies_days),
            spans_ns=_before(now_ns, self.spans_days),
            elements_ns=_before(now_ns, self.files_days),
            threads_ns=_before(now_ns, self.threads_days),
        )


@dataclass(slots=True, frozen=True)
class RetentionStatus:
    """What retention has done since the server started."""

    running: bool = False
    runs: int = 0
    last_run_ns: int = 0
    """When the last run of this process ended; 0: there was none."""
    last_error: str = ""
    """Why the last run failed; empty if it did not."""
    deleted: dict[str, int] = field(default_factory=dict)
    """Rows by table, and `blobs`."""


class Retention:
    """A job that runs hourly. Of the processes that share a data folder one does it.

    Args:
        store: The open store.
        blobs: Where files and large values lie, or None.
        periods: How long a project keeps what it has.
        data_dir: The data folder. `retention.lock` in it says which process works and when that
            was done last. While rows wait for long in its spool no garbage is collected.
    """

    def __init__(
        self,
        store: Callable[[], Awaitable[Store]],
        blobs: BlobStore | None,
        periods: Callable[[str], Periods],
        data_dir: Path,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._periods = periods
        self._lock = data_dir / "retention.lock"
        self._data_dir = data_dir
        self._deleted: Counter[str] = Counter()
        self.status = RetentionStatus()
        meter = metrics.get_meter("spanlit")
        self._runs = meter.create_counter("spanlit.retention.runs", "{run}")
        self._rows = meter.create_counter("spanlit.retention.deleted", "{row}")
        self._duration = meter.create_histogram("spanlit.retention.duration", "s")

    async def run_forever(self) -> None:
        """Run after a while, and then every hour. Errors are logged, and the next run tries again."""
        delay_s = FIRST_S
        while True:
            await asyncio.sleep(delay_s * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
            await self.run()
            delay_s = INTERVAL_S

    async def run(self, *, interval_s: float = INTERVAL_S / 2) -> bool:
        """Do once what is due. Never raises.

        Args:
            interval_s: Nothing is due if it was done this many seconds ago, by any process.

        Returns:
            Whether this process did it, and all went well.
        """
        lock = FileLock(self._lock)
        try:
            if not await _taken(lock):
                return False
        except OSError as error:
            logger.warning("retention cannot run: %s cannot be opened: %s", self._lock, error)
            return False
        try:
            done = _Done.read(self._lock)
            if time.time() - done.expired_at < interval_s:
                return False
            return await self._timed(done)
        finally:
            lock.release()

    async def _timed(self, done: "_Done") -> bool:
        started = time.monotonic()
        self.status = replace(self.status, running=True)
        error = ""
        try:
            await self._work(done)
        except StoreError as away:
            error = str(away)
            logger.warning("retention did not finish and is tried again later: %s", error)
        except Exception as unexpected:
            error = f"{type(unexpected).__name__}: {unexpected}"
            logger.exception("retention failed and is tried again later")
        self.status = RetentionStatus(
            runs=self.status.runs + 1,
            last_run_ns=time.time_ns(),
            last_error=error,
            deleted=dict(self._deleted),
        )
        self._runs.add(1, {"outcome": "error" if error else "ok"})
        self._duration.record(time.monotonic() - started)
        return not error

    async def _work(self, done: "_Done") -> None:
        housekeeping = (await self._store()).housekeeping
        failures: list[Exception] = []
        for project in await housekeeping.projects():
            try:
                await self._expire(housekeeping, project)
            except Exception as error:
                logger.warning("retention of the project %r failed: %s", project, error)
                failures.append(error)
        now = time.time()
        if not failures:
            done.expired_at = now
        due = now - done.swept_at >= GARBAGE_INTERVAL_S
        if (
            self._blobs is not None
            and due
            and not await asyncio.to_thread(rows_wait, self._data_dir)
        ):
            garbage = await collect_garbage(housekeeping, self._blobs)
            self._count({"blobs": garbage.deleted}, "")
            done.swept_at = time.time()
        await asyncio.to_thread(done.write, self._lock)
        if failures:
            raise failures[0]

    async def _expire(self, housekeeping: Housekeeping, project: str) -> None:
        cutoffs = self._periods(project).cutoffs(time.time_ns())
        if cutoffs == Cutoffs():
            return
        since = time.monotonic()
        deleted = await housekeeping.expire(project, cutoffs)
        report = await finish(housekeeping, self._blobs, deleted, since=since)
        self._count({**report.rows, "blobs": report.blobs}, project)

    def _count(self, deleted: dict[str, int], project: str) -> None:
        for table, count in deleted.items():
            if count:
                self._deleted[table] += count
                self._rows.add(count, {"spanlit.table": table, "spanlit.project": project})
        if any(deleted.values()):
            logger.info("retention deleted %s", deleted)


async def _taken(lock: FileLock) -> bool:
    """Whether the lock is held now. Who is cancelled meanwhile does not hold it."""
    # No task: the end of the loop would cancel it while its thread still takes the lock.
    taking = asyncio.get_running_loop().run_in_executor(None, partial(lock.acquire, blocking=False))
    try:
        return await asyncio.shield(taking)
    except asyncio.CancelledError:
        taking.add_done_callback(lambda _: lock.release())
        raise


def rows_wait(data_dir: Path) -> bool:
    """Whether rows have waited in the spool so long that blobs of theirs might look like garbage."""
    before = time.time() - GRACE_S / 2
    for segment in data_dir.glob("spool/*/*.seg"):
        with suppress(FileNotFoundError):
            if segment.parent.name != DAMAGED and segment.stat().st_mtime < before:
                return True
    return False


@dataclass(slots=True)
class _Done:
    """When what was done last, in Unix seconds."""

    expired_at: float = 0.0
    swept_at: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "_Done":
        try:
            done = cls(**orjson.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return cls()
        now = time.time()  # a clock that was set back must not stop it
        return cls(min(done.expired_at, now), min(done.swept_at, now))

    def write(self, path: Path) -> None:
        path.write_bytes(orjson.dumps(self))


def _before(now_ns: int, days: int) -> int:
    return max(1, now_ns - days * DAY_NS) if days else 0
