"""Which spans the reaper ends, and how."""

import os
import subprocess
import sys
import time
from typing import Any

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.models import Process
from spanlit.storage.writing.reaper import ABANDONED_MESSAGE, Watch, reap
from spanlit.tracing.record import ABANDONED_VERSION, SpanRecord
from tests.storage.support import PROJECT, SECOND, TRACE, ended_span, open_span, span_id

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


class Clock:
    """Monotonic time that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Reaper:
    """Looks once now, and again once time has passed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.watch = Watch(self.clock)

    async def look(self, *, since_ns: int | None = None) -> list[SpanRecord]:
        return await reap(
            self.store,
            PROJECT,
            self.watch,
            abandon_after_s=60,
            since_ns=since_ns,
            host="here",
            own_id="own",
        )

    async def look_after(self, seconds: float, **since: int) -> list[SpanRecord]:
        self.clock.now += seconds
        return await self.look(**since)


@pytest.fixture
def reaper(store: Store) -> Reaper:
    return Reaper(store)


async def begin(reaper: Reaper, *processes: Process, **span: Any) -> list[SpanRecord]:
    """Store a running span and its process, and look for the first time."""
    row = running(version=3, **span)
    await reaper.store.write(Batch("batch-1", spans=[row], processes=list(processes)))
    return await reaper.look()


async def beat(reaper: Reaper, seen_at_ns: int) -> None:
    await reaper.store.write(
        Batch(f"beat-{seen_at_ns}", processes=[process(seen_at_ns=seen_at_ns)])
    )


async def test_a_process_that_beats_is_left_alone(reaper: Reaper) -> None:
    assert await begin(reaper, process()) == []
    for number in range(1, 6):
        await beat(reaper, NOW_NS + number * SECOND)
        assert await reaper.look_after(50) == []


async def test_a_silent_process_is_dead(reaper: Reaper) -> None:
    seen = NOW_NS - SECOND
    assert await begin(reaper, process(seen_at_ns=seen), input="question", output="so far") == []
    assert await reaper.look_after(59) == []
    (span,) = await reaper.look_after(2)
    assert span == running(
        version=ABANDONED_VERSION,
        status="abandoned",
        status_message=ABANDONED_MESSAGE,
        end_time_ns=seen,
        input="question",
        output="so far",
    )


YEAR_NS = 365 * 86_400 * SECOND


@pytest.mark.parametrize(
    "offset_ns", [-YEAR_NS // 400, 74 * YEAR_NS // 20], ids=["behind", "ahead"]
)
async def test_the_clock_of_a_process_does_not_matter(reaper: Reaper, offset_ns: int) -> None:
    """It may be wrong by hours or years: as long as it beats it lives, and when not it is dead."""
    assert await begin(reaper, process(seen_at_ns=NOW_NS + offset_ns)) == []
    await beat(reaper, NOW_NS + offset_ns + SECOND)
    assert await reaper.look_after(100) == []
    assert len(await reaper.look_after(61)) == 1


async def test_silence_proves_nothing_after_the_store_was_away(reaper: Reaper) -> None:
    assert await begin(reaper, process(seen_at_ns=BEGIN_NS)) == []
    reaper.clock.now += 1_000
    reaper.watch.restart()
    assert await reaper.look() == []
    assert len(await reaper.look_after(61)) == 1


async def test_a_pid_that_is_gone_is_dead_at_once(reaper: Reaper, dead_pid: int) -> None:
    assert len(await begin(reaper, process(host="here", pid=dead_pid))) == 1


async def test_a_pid_says_nothing_about_another_host(reaper: Reaper, dead_pid: int) -> None:
    assert await begin(reaper, process(host="there", pid=dead_pid)) == []


async def test_a_pid_that_lives_is_judged_by_its_heartbeat(reaper: Reaper) -> None:
    assert await begin(reaper, process(host="here", pid=os.getpid())) == []
    assert len(await reaper.look_after(61)) == 1


async def test_a_process_that_said_goodbye_is_dead_at_once(reaper: Reaper) -> None:
    assert len(await begin(reaper, process(stopped=True))) == 1


@pytest.mark.parametrize("owner", ["own", ""])
async def test_own_spans_and_foreign_ones_are_left_alone(reaper: Reaper, owner: str) -> None:
    assert await begin(reaper, process_id=owner) == []
    assert await reaper.look_after(1_000) == []


async def test_a_process_that_nobody_knows_is_dead_after_a_while(reaper: Reaper) -> None:
    assert await begin(reaper) == []
    (span,) = await reaper.look_after(61)
    assert span.end_time_ns == span.start_time_ns


async def test_old_spans_are_found_by_those_who_look_for_them(reaper: Reaper) -> None:
    """Of a process that died while nobody was there, or whose clock was wrong."""
    for number, start_ns in enumerate([NOW_NS - 30 * 86_400 * SECOND, 1_000 * SECOND], start=1):
        span = running(number, version=3, start_time_ns=start_ns)
        await reaper.store.write(Batch(f"batch-{number}", spans=[span]))
    alive = running(3, version=3, start_time_ns=NOW_NS - 30 * 86_400 * SECOND, process_id="alive")
    beat = process("alive", seen_at_ns=NOW_NS - 3 * 86_400 * SECOND)
    await reaper.store.write(Batch("batch-3", spans=[alive], processes=[beat]))
    assert await reaper.look() == await reaper.look_after(61) == []
    assert await reaper.look(since_ns=0) == []
    await reaper.store.write(
        Batch("beat", processes=[process("alive", seen_at_ns=beat.seen_at_ns + SECOND)])
    )
    found = await reaper.look_after(61, since_ns=0)
    assert sorted(span.span_id for span in found) == [span_id(1), span_id(2)]


async def test_the_end_is_never_before_the_start(reaper: Reaper) -> None:
    (span,) = await begin(reaper, process(seen_at_ns=BEGIN_NS - SECOND, stopped=True))
    assert span.end_time_ns == span.start_time_ns


async def test_a_late_real_end_wins(reaper: Reaper) -> None:
    store = reaper.store
    abandoned = await begin(reaper, process(stopped=True))
    await store.write(Batch("batch-2", spans=abandoned))
    assert await store.open_spans(PROJECT, since_ns=0) == []
    real = ended_span(start_time_ns=BEGIN_NS, end_time_ns=NOW_NS)
    await store.write(Batch("batch-3", spans=[real]))
    assert await store.trace(PROJECT, TRACE) == [real]
