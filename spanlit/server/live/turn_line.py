"""One turn at a time per thread: a bounded line of jobs, detached from every socket."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Final

from spanlit.server.chat.session import Turn

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 20
"""Messages that may wait behind a running turn."""

Job = Callable[[Turn], Awaitable[None]]


class TurnLine:
    """Runs jobs one after the other.

    Jobs run in tasks with an empty context: a turn does not belong to the request that
    caused it, and does not end with it.

    Args:
        on_idle: Called when the last job is done.
    """

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self._on_idle = on_idle
        self._waiting: deque[Job] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._current: tuple[asyncio.Task[None], Turn] | None = None

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return self._worker is not None

    @property
    def full(self) -> bool:
        """Whether no more jobs are taken."""
        return len(self._waiting) >= MAX_WAITING

    def put(self, job: Job) -> None:
        """Run `job` when those before it are done.

        Raises:
            OverflowError: The line is full.
        """
        if self.full:
            raise OverflowError(f"{MAX_WAITING} jobs wait already")
        self._waiting.append(job)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), context=Context())

    def stop(self) -> bool:
        """Cancel the running job and drop those that wait; return whether there was one."""
        self._waiting.clear()
        if self._current is None:
            return False
        task, turn = self._current
        turn.stopped = True
        task.cancel()
        return True

    async def idle(self) -> None:
        """Wait until no job runs or waits."""
        while self._worker is not None:
            await asyncio.wait({self._worker})

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._run(self._waiting.popleft())
        finally:
            self._worker = None
            self._on_idle()

    async def _run(self, job: Job) -> None:
        turn = Turn()
        task = asyncio.create_task(_as_coroutine(job, turn))
        self._current = (task, turn)
        try:
            await asyncio.wait({task})
        finally:
            self._current = None
        if not task.cancelled() and (error := task.exception()):
            logger.error("a turn failed outside of its hook", exc_info=error)


async def _as_coroutine(job: Job, turn: Turn) -> None:
    await job(turn)
