"""How a writer works and how it stands."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .segment import Fsync

logger = logging.getLogger(__name__)

TELL_INTERVAL_S = 1.0

Storage = Literal["starting", "ok", "away"]


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How a writer works; times in seconds."""

    batch_rows: int = 1_000
    batch_delay_s: float = 0.25
    spool_max_bytes: int = 512 * 2**20
    fsync: Fsync = "never"
    """When journalled rows are forced to the disk, beyond what the kernel does by itself."""
    migrate: bool = True
    """Whether the store's schema is brought up to date when it is opened."""
    abandon_after_s: float = 60.0
    """A process is taken for dead when it has not been seen for this long."""
    heartbeat_s: float = 10.0
    """How often a process says that it lives, adopts orphaned segments and reaps."""
    retry_min_s: float = 0.25
    retry_max_s: float = 10.0


@dataclass(frozen=True, slots=True)
class WriterStatus:
    """How storage stands, for people."""

    storage: Storage = "starting"
    error: str = ""
    """Why the store is away or the spool is not on disk; empty if all is well."""
    spooled_rows: int = 0
    """Rows that the store does not have yet."""
    spooled_bytes: int = 0
    disk_refuses: bool = False
    """Whether rows wait in memory only, because the disk does not take them."""
    unsaved_rows: int = 0
    """Those that do: they are lost if the process dies."""
    shed_bodies: int = 0
    """Spans that lost their inputs and outputs to a full spool, since the writer started."""
    dropped_rows: int = 0
    """Rows that are lost, since the writer started."""


class StatusTeller:
    """Tells changes of a status: news at once, mere counts once a second.

    That rows were lost is news the first time.
    """

    def __init__(
        self,
        tell: Callable[[WriterStatus], None] | None,
        look: Callable[[], WriterStatus],
        backlog_rows: int,
    ) -> None:
        self._tell = tell
        self._look = look
        self._backlog_rows = backlog_rows
        self._told = WriterStatus()
        self._timer: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """Look at the status again. Called in the writer's event loop."""
        if self._tell is None:
            return
        status = self._look()
        if _without_counts(status) != _without_counts(self._told):
            self._tell_now()
        elif self._timer is None and self._is_worth_telling(status):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(TELL_INTERVAL_S, self._tell_now)

    def _is_worth_telling(self, status: WriterStatus) -> bool:
        return _lost(status) != _lost(self._told) or any(
            state.storage != "ok" or state.disk_refuses or state.spooled_rows > self._backlog_rows
            for state in (status, self._told)
        )

    def _tell_now(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        status = self._look()
        if self._tell is None or status == self._told:
            return
        self._told = status
        try:
            self._tell(status)
        except Exception:
            logger.exception("a listener to the storage status failed")


def _without_counts(status: WriterStatus) -> WriterStatus:
    return replace(
        status,
        spooled_rows=0,
        spooled_bytes=0,
        unsaved_rows=0,
        shed_bodies=min(1, status.shed_bodies),
        dropped_rows=min(1, status.dropped_rows),
    )


def _lost(status: WriterStatus) -> tuple[int, int]:
    return status.shed_bodies, status.dropped_rows
