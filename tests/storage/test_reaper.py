"""Which spans the reaper ends, and how."""

import os
import subprocess
import sys
import time
from typing import Any

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.models import Process
from spanlit.storage.reaper import ABANDONED_MESSAGE, reap
from spanlit.tracing.record import ABANDONED_VERSION, SpanRecord
from tests.storage.support import PROJECT, SECOND, TRACE, ended_span, open_span

NOW_NS = time.time_ns()  # heartbeats of the past are not kept
BEGIN_NS = NOW_NS - 100 * SECOND


def running(number: int = 1, **changes: Any) -> SpanRecord:
    return open_span(number, **{"start_time_ns": BEGIN_NS, "process_id": "process-1"} | changes)


@pytest.fixture(scope="module")
def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def process(name: str = "process-1", **changes: Any) -> Process:
    values: dict[str, Any] = {
        "id": name,
        "host": "elsewhere",
        "pid": 1,
        "started_at_ns": BEGIN_NS,
        "seen_at_ns": NOW_NS - SECOND,
    }
    return Process(**values | changes)


async def reaped(
    store: Store, *processes: Process, after_s: float | None = 60, **span: Any
) -> list[SpanRecord]:
    row = running(version=3, **span)
    await store.write(Batch("batch-1", spans=[row], processes=list(processes)))
    return await reap(
        store, PROJECT, abandon_after_s=after_s, now_ns=NOW_NS, host="here", own_id="own"
    )


async def test_a_process_that_beats_is_left_alone(store: Store) -> None:
    assert await reaped(store, process()) == []


async def test_a_silent_process_is_dead(store: Store) -> None:
    seen = NOW_NS - 61 * SECOND
    (span,) = await reaped(store, process(seen_at_ns=seen), input="question", output="so far")
    assert span == running(
        version=ABANDONED_VERSION,
        status="abandoned",
        status_message=ABANDONED_MESSAGE,
        end_time_ns=seen,
        input="question",
        output="so far",
    )


async def test_silence_proves_nothing_after_the_store_was_away(store: Store) -> None:
    assert await reaped(store, process(seen_at_ns=BEGIN_NS), after_s=None) == []


@pytest.mark.parametrize("after_s", [60, None])
async def test_a_pid_that_is_gone_is_dead_at_once(
    store: Store, dead_pid: int, after_s: float | None
) -> None:
    assert len(await reaped(store, process(host="here", pid=dead_pid), after_s=after_s)) == 1


async def test_a_pid_says_nothing_about_another_host(store: Store, dead_pid: int) -> None:
    assert await reaped(store, process(host="there", pid=dead_pid)) == []


async def test_a_pid_that_lives_is_judged_by_its_heartbeat(store: Store) -> None:
    alive = process(host="here", pid=os.getpid())
    assert await reaped(store, alive) == []


async def test_a_process_that_said_goodbye_is_dead_at_once(store: Store) -> None:
    assert len(await reaped(store, process(stopped=True), after_s=None)) == 1


async def test_own_spans_and_foreign_ones_are_left_alone(store: Store) -> None:
    assert await reaped(store, process_id="own") == []
    assert await reaped(store, process_id="") == []


async def test_a_process_that_nobody_knows_is_dead_after_a_while(store: Store) -> None:
    (span,) = await reaped(store)
    assert span.end_time_ns == span.start_time_ns
    young = NOW_NS - 5 * SECOND
    await store.write(Batch("batch-2", spans=[running(2, process_id="x", start_time_ns=young)]))
    assert len(await reaped(store)) == 1


async def test_the_end_is_never_before_the_start(store: Store) -> None:
    (span,) = await reaped(store, process(seen_at_ns=BEGIN_NS - SECOND))
    assert span.end_time_ns == span.start_time_ns


async def test_a_late_real_end_wins(store: Store) -> None:
    abandoned = await reaped(store, process(stopped=True))
    await store.write(Batch("batch-2", spans=abandoned))
    assert await store.open_spans(PROJECT, since_ns=0) == []
    real = ended_span(start_time_ns=BEGIN_NS, end_time_ns=NOW_NS)
    await store.write(Batch("batch-3", spans=[real]))
    assert await store.trace(PROJECT, TRACE) == [real]
