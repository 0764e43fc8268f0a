"""What a writer does beside writing: heartbeats, adopting orphans, reaping."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from spanlit.tracing.record import SpanRecord

from .models import Process
from .reaper import reap
from .spool import Spool
from .store import Batch, Store
from .writer_status import WriterOptions


class Upkeep:
    """The periodic duties of one process towards the store; nothing runs by itself here.

    Args:
        process: Who writes; without it there is neither heartbeat nor reaper.
        on_abandoned: Gets the rows of spans that the reaper has ended.
    """

    def __init__(
        self,
        spool: Spool,
        *,
        project: str,
        process: Process | None,
        options: WriterOptions,
        on_abandoned: Callable[[Sequence[SpanRecord]], None],
    ) -> None:
        self._spool = spool
        self._project = project
        self._process = process
        self._options = options
        self._on_abandoned = on_abandoned
        self._beats = 0
        self._reaped: set[tuple[str, str]] = set()
        self._steady_since = float("inf")

    def store_answered(self, answered: bool) -> None:
        """Note whether the store is there; called when that changes."""
        self._steady_since = time.monotonic() if answered else float("inf")

    async def beat(self, store: Store, *, stopped: bool = False) -> None:
        """Write this process's heartbeat."""
        if self._process is None:
            return
        self._beats += 1
        process = replace(self._process, seen_at_ns=time.time_ns(), stopped=stopped)
        await store.write(Batch(id=f"{process.id}-beat-{self._beats}", processes=[process]))

    async def round(self, store: Store) -> None:
        """Beat, adopt orphaned segments, and reap abandoned spans."""
        await self.beat(store)
        self._spool.adopt()
        # A dead process may have journalled the real ends of its spans: those come first.
        if not self._spool.has_adopted:
            await self._reap(store)

    async def _reap(self, store: Store) -> None:
        if self._process is None:
            return
        # After the store was away for all, every heartbeat is old: let the others beat first.
        steady = time.monotonic() - self._steady_since >= self._options.abandon_after_s
        abandoned = await reap(
            store,
            self._project,
            abandon_after_s=self._options.abandon_after_s if steady else None,
            now_ns=time.time_ns(),
            host=self._process.host,
            own_id=self._process.id,
        )
        # Those of the last round may still be on their way to the store.
        news = [span for span in abandoned if (span.trace_id, span.span_id) not in self._reaped]
        self._reaped = {(span.trace_id, span.span_id) for span in abandoned}
        if news:
            self._on_abandoned(news)
