"""What a writer does beside writing: heartbeats, adopting orphans, reaping."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from spanlit.storage.models import Process
from spanlit.storage.store import Batch, Store
from spanlit.tracing.record import SpanRecord

from .reaper import Watch, reap
from .spool import Spool
from .writer_status import WriterOptions

LATEST_BEAT_NS: Final = 3_786_912_000 * 10**9
"""Start of 2090. A store keeps no times from 2100 on, and a heartbeat that it cannot keep does
not change: the process would look dead."""

LOOK_AT_ALL_EVERY_S: Final = 6 * 3600.0


class Upkeep:
    """The periodic duties of one process towards the store; nothing runs by itself here.

    Args:
        process: Who writes; without it there is neither heartbeat nor reaper.
        on_abandoned: Gets the rows of spans that the reaper has ended, once they are stored.
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
        self._beat_ns = 0
        self._beat_at_ns = 0
        self._watch = Watch()
        self._look_at_all_at = time.monotonic()

    def store_answered(self, answered: bool) -> None:
        """Note whether the store is there; called when that changes."""
        # After it was away for all, every heartbeat is old: let the others beat first.
        self._watch.restart()
        if answered:
            self._look_at_all_at = time.monotonic()

    async def beat(self, store: Store, *, stopped: bool = False) -> None:
        """Write this process's heartbeat."""
        if self._process is None:
            return
        self._beats += 1
        process = replace(self._process, seen_at_ns=self._next_beat_ns(), stopped=stopped)
        await store.write(Batch(id=f"{process.id}-beat-{self._beats}", processes=[process]))

    def _next_beat_ns(self) -> int:
        """The time, but never less than before plus what has passed, however the clock jumps.

        The latest heartbeat wins in the store; one that goes back would be no sign of life.
        """
        now_ns = time.monotonic_ns()
        passed_ns = max(1_000, now_ns - self._beat_at_ns)  # 1 µs: what every store tells apart
        self._beat_ns = max(min(time.time_ns(), LATEST_BEAT_NS), self._beat_ns + passed_ns)
        self._beat_at_ns = now_ns
        return self._beat_ns

    async def round(self, store: Store) -> None:
        """Beat, adopt orphaned segments, and reap abandoned spans."""
        await self.beat(store)
        self._spool.retry_disk()
        self._spool.adopt()
        # A dead process may have journalled the real ends of its spans: those come first.
        if not self._spool.has_adopted:
            await self._reap(store)

    async def _reap(self, store: Store) -> None:
        if self._process is None:
            return
        abandoned = await reap(
            store,
            self._project,
            self._watch,
            abandon_after_s=self._options.abandon_after_s,
            since_ns=0 if self._is_time_to_look_at_all() else None,
            host=self._process.host,
            own_id=self._process.id,
        )
        for batch in _batches(abandoned):
            await store.write(batch)
        if abandoned:
            self._on_abandoned(abandoned)

    def _is_time_to_look_at_all(self) -> bool:
        """Whether to look for spans of any age: at first and then now and then.

        For long enough to see that a process is silent.
        """
        now = time.monotonic()
        options = self._options
        if now > self._look_at_all_at + options.abandon_after_s + 3 * options.heartbeat_s:
            self._look_at_all_at += LOOK_AT_ALL_EVERY_S
        return now >= self._look_at_all_at


def _batches(abandoned: Sequence[SpanRecord]) -> Iterator[Batch]:
    """Make a batch per dead process. Whoever else finds the same spans gives it the same id."""
    by_process: defaultdict[str, list[SpanRecord]] = defaultdict(list)
    for span in sorted(abandoned, key=lambda span: (span.trace_id, span.span_id)):
        by_process[span.process_id].append(span)
    for process_id, spans in by_process.items():
        names = " ".join(f"{s.trace_id}-{s.span_id}-{s.end_time_ns}" for s in spans)
        digest = hashlib.sha256(names.encode()).hexdigest()[:32]
        yield Batch(id=f"{process_id}-abandoned-{digest}", spans=spans)
