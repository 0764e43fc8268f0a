"""The reaper: gives an end to spans whose process died before they ended."""

import os
from dataclasses import replace

from spanlit.tracing.record import ABANDONED_VERSION, SpanRecord

from .models import Process
from .store import Store

LOOK_BACK_NS = 86_400 * 10**9
ABANDONED_MESSAGE = "The process that ran this step ended before the step did."


async def reap(
    store: Store,
    project: str,
    *,
    abandon_after_s: float | None = 60.0,
    now_ns: int,
    host: str,
    own_id: str,
) -> list[SpanRecord]:
    """Find spans of dead processes and return the rows that end them; writing is up to you.

    Their version is below that of a real end: a process that was believed dead and ends its
    span after all is believed again.

    Args:
        abandon_after_s: Seconds without a heartbeat after which a process counts as dead. None
            to judge only by what is certain: it said that it stops, or ran on this host and
            its pid is gone.
        now_ns: The time by which heartbeats are judged, in Unix nanoseconds.
        host: Name of this host, as in the `Process` rows of its processes.
        own_id: Id of this process, which is alive.

    Raises:
        StoreError: The store failed.
    """
    open_spans = await store.open_spans(project, since_ns=now_ns - LOOK_BACK_NS)
    orphans = [span for span in open_spans if span.process_id not in ("", own_id)]
    if not orphans:
        return []
    processes = {process.id: process for process in await store.processes()}
    silent_since_ns = None if abandon_after_s is None else now_ns - int(abandon_after_s * 1e9)
    return [
        _abandoned(span, process)
        for span in orphans
        if _is_dead(span, process := processes.get(span.process_id), silent_since_ns, host)
    ]


def _is_dead(
    span: SpanRecord, process: Process | None, silent_since_ns: int | None, host: str
) -> bool:
    if process is not None and (
        process.stopped or (process.host == host and not _pid_exists(process.pid))
    ):
        return True
    if silent_since_ns is None:
        return False
    # A process writes its first heartbeat before its first span, so one without is long gone.
    last_sign = span.start_time_ns if process is None else process.seen_at_ns
    return last_sign < silent_since_ns


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
