"""The writer: what is put is stored once, whatever dies meanwhile."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from spanlit.storage import Batch, Store, StoreRefused, StoreUnavailable
from spanlit.storage.memory import MemoryStore
from spanlit.storage.models import Process
from spanlit.storage.writing.segment import Segment
from spanlit.storage.writing.writer import Writer, WriterOptions, WriterStatus
from spanlit.tracing.events import (
    SpanCheckpoint,
    SpanCorrected,
    SpanDelta,
    SpanEnded,
    SpanRemoved,
    SpanStarted,
)
from spanlit.tracing.record import SpanRecord
from tests.storage.support import (
    PROJECT,
    TRACE,
    await_until,
    element,
    ended_span,
    open_span,
    own_process,
    score,
    span_id,
    thread,
    user,
)

QUICK = WriterOptions(batch_delay_s=0.01, heartbeat_s=0.05, retry_min_s=0.01, retry_max_s=0.05)
MakeWriter = Callable[..., Writer]


class FlakyStore(MemoryStore):
    """A memory store that fails while `failure` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self.batches: list[str] = []

    async def open(self, *, migrate: bool = True) -> None:
        if self.failure:
            raise self.failure

    async def write(self, batch: Batch) -> int:
        if self.failure:
            raise self.failure
        self.batches += [batch.id] if batch.spans else []
        return await super().write(batch)


@pytest.fixture
def make_writer(tmp_path: Path) -> Iterator[MakeWriter]:
    """Makes started writers and stops them after the test."""
    with ExitStack() as cleanup:

        def make(store: Store | Callable[[], Store], **changes: Any) -> Writer:
            values: dict[str, Any] = {"options": QUICK} | changes
            make_store = store if callable(store) else lambda: store
            writer = Writer(make_store, tmp_path / "spool", **values)
            writer.start()
            cleanup.callback(writer.stop, 5.0)
            return writer

        yield make


def segments(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "spool").rglob("*.seg"))


# --- flushing and stopping ------------------------------------------------------------------
async def test_flushing_a_writer_that_has_stopped_says_no(make_writer: MakeWriter) -> None:
    writer = make_writer(MemoryStore())
    await asyncio.to_thread(writer.stop, 5)
    assert not await writer.aflush()
    assert not await asyncio.to_thread(writer.flush, 5)


async def test_whoever_waits_for_a_flush_hears_that_the_writer_stops(
    make_writer: MakeWriter,
) -> None:
    store = FlakyStore()
    store.failure = StoreUnavailable("away")
    writer = make_writer(store)
    writer.put(ended_span())
    flushes = asyncio.gather(writer.aflush(60), asyncio.to_thread(writer.flush, 60))
    await await_until(lambda: writer.status.spooled_rows == 1, "the row waits")
    await asyncio.to_thread(writer.stop, 0.1)
    assert not any(await asyncio.wait_for(flushes, 10))


# --- the usual case -------------------------------------------------------------------------
async def test_rows_of_every_kind_are_stored(make_writer: MakeWriter, tmp_path: Path) -> None:
    store = MemoryStore()
    writer = make_writer(store)
    writer.put(ended_span(), thread(), user())
    writer.put(element(), score())
    assert await writer.aflush()
    assert await store.trace(PROJECT, TRACE) == [ended_span()]
    assert await store.thread(PROJECT, "thread-1") == thread()
    assert await store.user(PROJECT, "user-1") == user()
    assert await store.elements(PROJECT, "thread-1") == [element()]
    assert await store.scores(PROJECT, trace_id=TRACE) == [score()]
    assert writer.status == WriterStatus("ok")
    assert segments(tmp_path) == []


async def test_of_live_events_the_lasting_ones_are_stored(make_writer: MakeWriter) -> None:
    store = MemoryStore()
    writer = make_writer(store)
    writer.publish(
        [
            SpanStarted(open_span(1), None),
            SpanDelta(TRACE, span_id(1), "output", "text", 0, None),
            SpanCheckpoint(open_span(2, version=1), None),
            SpanEnded(ended_span(3), None),
            SpanEnded(ended_span(4), None),
            SpanCorrected(ended_span(4, version=1_795_000_000_000, output="new"), None),
            SpanEnded(ended_span(5), None),
            SpanRemoved(ended_span(5, version=1_795_000_000_000, removed=True), None),
        ]
    )
    assert await writer.aflush()
    found = await store.trace(PROJECT, TRACE)
    assert [(s.span_id, s.output) for s in found] == [
        (span_id(2), ""),
        (span_id(3), ""),
        (span_id(4), "new"),
    ]


async def test_turns_of_other_apps_are_not_stored(make_writer: MakeWriter) -> None:
    store = MemoryStore()
    writer = make_writer(store, owner="mine")
    owners = {1: "mine", 2: "another", 3: None}
    writer.publish([SpanEnded(ended_span(n), owner) for n, owner in owners.items()])
    assert await writer.aflush()
    assert [s.span_id for s in await store.trace(PROJECT, TRACE)] == [span_id(1), span_id(3)]


async def test_what_is_put_before_the_start_is_stored(tmp_path: Path) -> None:
    store = MemoryStore()
    writer = Writer(lambda: store, tmp_path, options=QUICK)
    writer.put(ended_span())
    assert not await writer.aflush()
    assert not writer.flush(0.1)
    writer.start()
    writer.start()
    assert await writer.aflush()
    writer.stop(5)
    assert len(await store.trace(PROJECT, TRACE)) == 1


async def test_many_threads_may_put(make_writer: MakeWriter) -> None:
    store = MemoryStore()
    writer = make_writer(store)

    def put(worker: int) -> None:
        for number in range(200):
            writer.put(ended_span(worker * 1_000 + number))

    workers = [threading.Thread(target=put, args=(worker,)) for worker in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert await writer.aflush()
    assert len(await store.trace(PROJECT, TRACE)) == 1_000


async def test_a_load_is_cut_into_batches(make_writer: MakeWriter) -> None:
    store = FlakyStore()
    writer = make_writer(store, options=WriterOptions(batch_rows=100, batch_delay_s=60))
    writer.put(*(ended_span(n) for n in range(2_550)))
    await await_until(lambda: len(store.batches) > 0, "a batch that nobody asked for")
    assert await writer.aflush()
    assert len(await store.trace(PROJECT, TRACE)) == 2_550
    assert len(store.batches) == len(set(store.batches)) > 1


async def test_a_row_alone_does_not_wait_for_others(make_writer: MakeWriter) -> None:
    store = FlakyStore()
    make_writer(store).put(ended_span())
    await await_until(lambda: len(store.batches) == 1, "the batch")


# --- the store is away ----------------------------------------------------------------------
async def test_a_bug_in_lightening_does_not_stop_sending(
    make_writer: MakeWriter, caplog: pytest.LogCaptureFixture
) -> None:
    async def lighten(_: Batch) -> Batch:
        raise KeyError("a bug")

    store = MemoryStore()
    writer = make_writer(store, lighten=lighten)
    for number in (1, 2):
        writer.put(ended_span(number, input="all of it"))
        assert await writer.aflush(5)
    assert [span.input for span in await store.trace(PROJECT, TRACE)] == ["all of it"] * 2
    assert writer.status.storage == "ok"
    assert caplog.text.count("they stay in their rows") == 1


async def test_rows_wait_while_the_store_is_away(make_writer: MakeWriter, tmp_path: Path) -> None:
    store = FlakyStore()
    told: list[WriterStatus] = []
    writer = make_writer(store, on_status=told.append)
    writer.put(thread())
    assert await writer.aflush()
    store.failure = StoreUnavailable("the disk is full")
    for number in range(5):
        writer.put(ended_span(number))
        assert not await writer.aflush(0.05)
    await await_until(lambda: writer.status.storage == "away", "the bad news")
    await await_until(lambda: len(segments(tmp_path)) == 5, "the journal")
    assert writer.status.error == "the disk is full"
    assert (writer.status.spooled_rows, writer.status.dropped_rows) == (5, 0)
    assert writer.status.spooled_bytes == sum(path.stat().st_size for path in segments(tmp_path))
    store.failure = None
    assert await writer.aflush()
    assert writer.status == WriterStatus("ok")
    assert len(await store.trace(PROJECT, TRACE)) == 5
    # While it is away the counts are told, too, once a second.
    assert [state for state, _ in groupby(s.storage for s in told)] == ["ok", "away", "ok"]


async def test_a_bug_in_the_writer_does_not_end_it(
    make_writer: MakeWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    writer = make_writer(store)
    spool = writer._courier._spool
    read = spool.read
    bugs = iter([RuntimeError("bug one"), RuntimeError("bug two")])

    def read_with_bugs(segment: Segment) -> Batch:
        for bug in bugs:
            raise bug
        return read(segment)

    monkeypatch.setattr(spool, "read", read_with_bugs)
    writer.put(ended_span())
    assert await writer.aflush()
    assert writer.status == WriterStatus("ok")
    assert len(await store.trace(PROJECT, TRACE)) == 1


@pytest.mark.parametrize(
    "failure", [StoreRefused("a newer schema"), RuntimeError("a bug"), StoreUnavailable("busy")]
)
async def test_a_store_that_cannot_be_opened_is_tried_again(
    make_writer: MakeWriter, failure: Exception
) -> None:
    store = FlakyStore()
    store.failure = failure
    writer = make_writer(store)
    writer.put(ended_span())
    await await_until(lambda: writer.status.storage == "away", "the bad news")
    assert str(failure) in writer.status.error
    store.failure = None
    assert await writer.aflush()
    assert len(await store.trace(PROJECT, TRACE)) == 1


async def test_a_writer_that_stops_leaves_its_rows_to_the_next(
    make_writer: MakeWriter, tmp_path: Path
) -> None:
    store = FlakyStore()
    store.failure = StoreUnavailable("away")
    first = make_writer(store)
    first.put(ended_span(1))
    await asyncio.to_thread(first.stop, 0.1)
    assert len(segments(tmp_path)) == 1
    first.put(ended_span(2))
    assert first.status.dropped_rows == 1
    store.failure = None
    assert await make_writer(store).aflush()
    assert len(await store.trace(PROJECT, TRACE)) == 1


async def test_a_full_spool_sheds_drops_counts_and_says_so(make_writer: MakeWriter) -> None:
    store = FlakyStore()
    store.failure = StoreUnavailable("away")
    told: list[WriterStatus] = []
    options = WriterOptions(batch_delay_s=0.01, retry_min_s=0.01, spool_max_bytes=50_000)
    writer = make_writer(store, options=options, on_status=told.append)
    for number in range(100):
        writer.put(ended_span(number, output="x" * 1_000), thread(f"thread-{number}"))
        await writer.aflush(0.001)
    await await_until(lambda: bool(told[-1].dropped_rows), "the bad news")
    assert any(status.shed_bodies and not status.dropped_rows for status in told)
    store.failure = None
    assert await writer.aflush()
    dropped, shed = writer.status.dropped_rows, writer.status.shed_bodies
    assert 0 < dropped < shed < 100
    spans = await store.trace(PROJECT, TRACE)
    assert [s.span_id for s in spans] == [span_id(n) for n in range(dropped, 100)]
    assert [bool(s.output) for s in spans] == [False] * (shed - dropped) + [True] * (100 - shed)
    assert [await store.thread(PROJECT, f"thread-{n}") for n in range(100)].count(None) == 0


async def test_a_disk_that_refuses_is_told_also_while_the_store_is_well(
    make_writer: MakeWriter, tmp_path: Path
) -> None:
    obstacle = tmp_path / "spool"
    obstacle.write_text("in the way")
    store = FlakyStore()
    told: list[WriterStatus] = []
    writer = make_writer(store, on_status=told.append)
    writer.put(ended_span(1))
    assert await writer.aflush()
    await await_until(lambda: told[-1].disk_refuses and told[-1].storage == "ok", "the news")
    assert (writer.status.disk_refuses, writer.status.unsaved_rows) == (True, 0)
    store.failure = StoreUnavailable("away")
    writer.put(ended_span(2), ended_span(3))
    await await_until(lambda: told[-1].unsaved_rows == 2, "the count")
    obstacle.unlink()
    await await_until(lambda: not told[-1].disk_refuses, "the good news")
    assert (told[-1].unsaved_rows, told[-1].spooled_rows) == (0, 2)
    store.failure = None
    assert await writer.aflush()


async def test_a_listener_that_fails_harms_nobody(make_writer: MakeWriter) -> None:
    def fail(status: WriterStatus) -> None:
        raise RuntimeError("listener")

    store = MemoryStore()
    writer = make_writer(store, on_status=fail)
    writer.put(ended_span())
    assert await writer.aflush()


async def test_an_unwritable_spool_is_said_and_rows_are_stored(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    store = MemoryStore()
    writer = Writer(lambda: store, tmp_path / "spool", options=QUICK)
    writer.start()
    writer.put(ended_span())
    assert await writer.aflush()
    assert "exists" in writer.status.error or "directory" in writer.status.error
    writer.stop(5)
    assert len(await store.trace(PROJECT, TRACE)) == 1


def heartbeat(store: MemoryStore) -> Process:
    own: Process = store._rows.tables["processes"]["own",]
    return own


# --- heartbeats and the reaper --------------------------------------------------------------
async def test_a_process_beats_and_says_goodbye(make_writer: MakeWriter) -> None:
    store = MemoryStore()
    writer = make_writer(store, process=own_process())
    await await_until(lambda: bool(store._rows.tables["processes"]), "the first heartbeat")
    first = heartbeat(store)
    await await_until(lambda: heartbeat(store).seen_at_ns > first.seen_at_ns, "the next")
    assert not heartbeat(store).stopped
    await asyncio.to_thread(writer.stop, 5)
    assert heartbeat(store).stopped


async def test_a_process_in_which_another_writer_goes_on_has_not_stopped(
    make_writer: MakeWriter,
) -> None:
    store = MemoryStore()
    writer = make_writer(store, process=own_process())
    assert await writer.aflush()
    await asyncio.to_thread(writer.stop, 5, goodbye=False)
    assert not heartbeat(store).stopped


async def test_spans_of_a_dead_process_are_ended(make_writer: MakeWriter) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await child.wait()
    store = MemoryStore()
    begin = time.time_ns()
    dead, alive = own_process("dead", pid=child.pid), own_process("alive")
    rows = [
        open_span(1, process_id="dead", start_time_ns=begin),
        open_span(2, process_id="alive", start_time_ns=begin),
    ]
    await store.write(Batch("b", spans=rows, processes=[dead, alive]))
    told: list[SpanRecord] = []
    make_writer(store, process=own_process(), on_abandoned=told.extend)
    await await_until(lambda: bool(told), "the reaper")
    await await_until(lambda: store._rows.traces[PROJECT, TRACE][span_id(1)].ended, "its row")
    assert [s.status for s in await store.trace(PROJECT, TRACE)] == ["abandoned", "running"]
    assert [s.span_id for s in told] == [span_id(1)]
