"""The reaper: gives an end to spans whose process died before they ended.

No clock of another process is compared with ours, because clocks jump. A process is silent for
as long as we have watched its heartbeat not change, by our own monotonic clock.
"""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from spanlit.storage.models import Process
from spanlit.storage.store import Store
from spanlit.tracing.record import ABANDONED_VERSION, SpanRecord

LOOK_BACK_NS = 86_400 * 10**9
ABANDONED_MESSAGE = "The process that ran this step ended before the step did."


class Watch:
    """How long processes have been silent.

    Args:
        clock: Monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._signs: dict[str, tuple[int | None, float]] = {}

    def look(self, processes: Iterable[tuple[str, Process | None]]) -> dict[str, float]:
        """Note the heartbeats of processes; return by id for how many seconds each is the same.

        A process that does not come up this time is forgotten.
        """
        now = self._clock()
        before, self._signs = self._signs, {}
        for process_id, process in processes:
            sign = None if process is None else process.seen_at_ns
            known, since = before.get(process_id, (sign, now))
            self._signs[process_id] = (sign, since if known == sign else now)
        return {process_id: now - since for process_id, (_, since) in self._signs.items()}

    def restart(self) -> None:
        """Begin again: while the store is away nobody's heartbeat can change."""
        self._signs.clear()


async def reap(
    store: Store,
    project: str,
    watch: Watch,
    *,
    abandon_after_s: float = 60.0,
    since_ns: int | None = None,
    host: str,
    own_id: str,
) -> list[SpanRecord]:
    """Find spans of dead processes and return the rows that end them; writing is up to you.

    Dead is a process that said that it stops, that ran on this host and whose pid is gone, or
    that was silent for long enough. The version of the rows is below that of a real end: a
    process that was believed dead and ends its span after all is believed again.

    Args:
        watch: Keep it from one call to the next.
        abandon_after_s: Seconds without a change of its heartbeat after which a process counts
            as dead.
        since_ns: Start of the oldest spans to look at, in Unix nanoseconds, among all
            processes that the store knows; None looks at those of a day, which is cheap.
        host: Name of this host, as in the `Process` rows of its processes.
        own_id: Id of this process, which is alive.

    Raises:
        StoreError: The store failed.
    """
    recent_ns = time.time_ns() - LOOK_BACK_NS
    open_spans = await store.open_spans(
        project, since_ns=recent_ns if since_ns is None else since_ns
    )
    orphans = [span for span in open_spans if span.process_id not in ("", own_id)]
    if not orphans:
        watch.restart()
        return []
    found = await store.processes() if since_ns is None else await _all_processes(store, project)
    processes = {process.id: process for process in found}
    owners = {span.process_id: processes.get(span.process_id) for span in orphans}
    silent_s = watch.look(owners.items())
    dead = {
        process_id
        for process_id, process in owners.items()
        if silent_s[process_id] >= abandon_after_s
        or (process is not None and _is_gone(process, host))
    }
    return [
        _abandoned(span, owners[span.process_id]) for span in orphans if span.process_id in dead
    ]


async def _all_processes(store: Store, project: str) -> list[Process]:
    # `Store.processes` leaves out those that were not seen for a day by the clock of this host.
    processes: list[Process] = []
    cursor: str | None = None
    while True:
        page = await store.housekeeping.scan(project, "processes", cursor=cursor)
        processes += page.items
        cursor = page.next_cursor
        if cursor is None:
            return processes


def _is_gone(process: Process, host: str) -> bool:
    return process.stopped or (process.host == host and not _pid_exists(process.pid))


def _pid_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _abandoned(span: SpanRecord, process: Process | None) -> SpanRecord:
    last_sign = span.start_time_ns if process is None else process.seen_at_ns
    return replace(
        span,
        end_time_ns=max(span.start_time_ns, last_sign),
        version=ABANDONED_VERSION,
        status="abandoned",
        status_message=ABANDONED_MESSAGE,
    )
