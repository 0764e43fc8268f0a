"""What is deleted when: retention, garbage collection, and reports of deletions."""

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from spanlit.storage import Batch, Store, StoreUnavailable
from spanlit.storage.blobs.large_values import LargeValues
from spanlit.storage.blobs.store import BlobStore, open_blobs
from spanlit.storage.deletion import collect_garbage, delete_thread, delete_user
from spanlit.storage.explore.query import Condition, SpanQuery
from spanlit.storage.file_lock import FileLock
from spanlit.storage.memory import MemoryStore
from spanlit.storage.retention import DAY_NS, Periods, Retention
from spanlit.storage.store import TABLES
from tests.storage.support import (
    PROJECT,
    SECOND,
    START_NS,
    await_until,
    element,
    ended_span,
    score,
    thread,
    user,
)

WORD = "Zanzibarsecret"
NOW_NS = time.time_ns()
OTHER_TRACE = "1" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> BlobStore:
    return open_blobs("", folder=folder, max_bytes=1_000_000)


def age(folder: Path, days: float) -> None:
    """Make all blobs look as if they had been written so long ago."""
    then = time.time() - days * 86_400
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def fill(store: Store, blobs: BlobStore, **of: Any) -> None:
    """A thread of user-1 with the word in every place, and one of user-2 with the same file."""
    text = f"Tell nobody about {WORD}, " + "please " * 100
    private = await blobs.put(f"a file about {WORD}".encode())
    shared = await blobs.put(b"everybody has this file")
    started = of.get("started_ns", NOW_NS - SECOND)
    at = {"created_at_ns": started, "updated_at_ns": started}
    batch = Batch(
        "fill",
        spans=[
            ended_span(
                1, start_time_ns=started, end_time_ns=started + 1, kind="turn", user_id="user-1",
                input=text, output=text, attributes={"note": text}, parent_span_id=None,
            ),
            ended_span(
                2, trace_id=OTHER_TRACE, start_time_ns=started, end_time_ns=started + 1,
                thread_id="thread-2", user_id="user-2", input="nothing to hide",
            ),
        ],
        threads=[
            replace(thread(), name=WORD, **at),
            replace(thread("thread-2"), user_id="user-2", **at),
        ],
        users=[replace(user(), display_name=WORD, **at)],
        elements=[
            replace(element("e1"), name=WORD, object_key=private.key, **at),
            replace(element("e2"), object_key=shared.key, **at),
            replace(
                element("e3"), thread_id="thread-2", trace_id=OTHER_TRACE, object_key=shared.key, **at
            ),
        ],
        scores=[replace(score(), comment=WORD, **at)],
    )  # fmt: skip
    await store.write(await LargeValues(blobs, inline_bytes=200).lighten(batch))


async def everything(store: Store) -> str:
    rows = []
    for table in TABLES:
        page = await store.housekeeping.scan(PROJECT, table)
        rows += [repr(row) for row in page.items]
    return "\n".join(rows)


async def found(store: Store, word: str) -> int:
    query = SpanQuery(0, NOW_NS + DAY_NS, where=(Condition("text", "contains", word),))
    return len((await store.explorer.spans(query)).items)


def by_table(rows: Mapping[str, int]) -> dict[str, int]:
    return {table: rows.get(table, 0) for table in ("spans", "threads", "elements", "scores")}


async def test_a_deleted_thread_leaves_no_trace(
    store: Store, blobs: BlobStore, folder: Path
) -> None:
    await fill(store, blobs)
    assert await found(store, WORD) == 1
    assert WORD in await everything(store)
    assert (
        len(files(folder)) == 4
    )  # two files; a body, as input and output are the same; attributes

    report = await delete_thread(store.housekeeping, blobs, PROJECT, "thread-1")

    assert by_table(report.rows) == {"spans": 1, "threads": 1, "elements": 2, "scores": 1}
    assert (report.blobs, report.blobs_left) == (3, 0)
    assert files(folder) == [b"everybody has this file"]
    assert await found(store, WORD) == 0
    left = await everything(store)
    assert "nothing to hide" in left
    assert WORD not in left.replace(repr(await store.user(PROJECT, "user-1")), "")


async def test_a_deleted_user_leaves_no_trace(store: Store, blobs: BlobStore, folder: Path) -> None:
    await fill(store, blobs)

    report = await delete_user(store.housekeeping, blobs, PROJECT, "user-1")

    assert by_table(report.rows) == {"spans": 1, "threads": 1, "elements": 2, "scores": 1}
    assert report.rows["users"] == 1
    assert WORD not in await everything(store)
    assert await found(store, WORD) == 0
    assert files(folder) == [b"everybody has this file"]


async def test_blobs_that_cannot_be_deleted_now_are_told(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    await fill(store, blobs)

    async def away(*_: object, **__: object) -> set[str]:
        raise StoreUnavailable("blob storage is away")

    monkeypatch.setattr(blobs, "delete", away)
    report = await delete_thread(store.housekeeping, blobs, PROJECT, "thread-1")
    assert report.rows["spans"] == 1
    assert report.blobs == 0
    assert report.blobs_left == 4
    assert "stay until they are collected" in caplog.text


async def test_garbage_is_what_is_old_and_nobody_refers_to(
    store: Store, blobs: BlobStore, folder: Path
) -> None:
    await fill(store, blobs)
    kept = sorted(files(folder))
    await blobs.put(b"garbage")
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / "unfinished#1").write_bytes(b"half")

    young = await collect_garbage(store.housekeeping, blobs)
    assert (young.blobs, young.deleted) == (len(kept) + 1, 0)

    age(folder, 2)
    await blobs.put(b"new, and its row is still on its way")
    dry = await collect_garbage(store.housekeeping, blobs, dry_run=True)
    assert (dry.deleted, dry.freed, len(files(folder))) == (1, 7, len(kept) + 3)

    done = await collect_garbage(store.housekeeping, blobs)
    assert (done.deleted, done.freed) == (1, 7)
    assert sorted(files(folder)) == sorted([*kept, b"new, and its row is still on its way"])


async def test_a_blob_that_is_put_again_is_no_garbage(blobs: BlobStore, folder: Path) -> None:
    store = MemoryStore()
    await blobs.put(b"old")
    age(folder, 2)
    await blobs.put(b"old")  # a row that refers to it is on its way
    assert (await collect_garbage(store.housekeeping, blobs)).deleted == 0


# --- the job ------------------------------------------------------------------------------
def retention(store: Store, blobs: BlobStore | None, tmp_path: Path, **periods: int) -> Retention:
    async def get() -> Store:
        return store

    return Retention(get, blobs, lambda _: Periods(**periods), tmp_path)


@pytest.mark.parametrize(
    ("periods", "gone"),
    [
        ({}, ()),
        ({"threads_days": 3}, ()),
        ({"bodies_days": 1}, ("bodies",)),
        ({"files_days": 1}, ("elements",)),
        ({"spans_days": 1}, ("spans", "scores")),
        ({"threads_days": 1}, ("threads", "spans", "elements", "scores")),
    ],
    ids=str,
)
async def test_what_is_too_old_is_deleted(
    store: Store, blobs: BlobStore, tmp_path: Path, periods: dict[str, int], gone: tuple[str, ...]
) -> None:
    await fill(store, blobs, started_ns=NOW_NS - 2 * DAY_NS)
    job = retention(store, blobs, tmp_path, **periods)

    assert await job.run()

    assert set(job.status.deleted) - {"blobs", "users"} == set(gone)
    assert (job.status.runs, job.status.last_error) == (1, "")
    spans = (await store.housekeeping.scan(PROJECT, "spans")).items
    assert len(spans) == (0 if "spans" in gone else 2)
    elements = (await store.housekeeping.scan(PROJECT, "elements")).items
    assert len(elements) == (0 if "elements" in gone else 3)
    if gone:
        assert (await found(store, WORD) == 0) == (gone != ("elements",))


async def test_blobs_go_with_what_is_too_old(
    store: Store, blobs: BlobStore, folder: Path, tmp_path: Path
) -> None:
    await fill(store, blobs, started_ns=NOW_NS - 2 * DAY_NS)
    assert await retention(store, blobs, tmp_path, spans_days=1, files_days=1).run()
    assert files(folder) == []


async def test_one_process_at_a_time_and_not_too_often(blobs: BlobStore, tmp_path: Path) -> None:
    store = MemoryStore()
    first, second = (retention(store, blobs, tmp_path) for _ in range(2))
    assert sorted(await asyncio.gather(first.run(), second.run())) == [False, True]
    assert not await first.run()
    assert await first.run(interval_s=0)

    lock = FileLock(tmp_path / "retention.lock")
    assert lock.acquire(blocking=False)
    assert not await first.run(interval_s=0)
    lock.release()


async def test_garbage_is_collected_daily(blobs: BlobStore, folder: Path, tmp_path: Path) -> None:
    job = retention(MemoryStore(), blobs, tmp_path)
    for expected in (0, 1):
        await blobs.put(b"garbage")
        age(folder, 2)
        assert await job.run(interval_s=0)
        assert len(files(folder)) == expected


async def test_rows_that_have_waited_long_keep_their_blobs(
    blobs: BlobStore, folder: Path, tmp_path: Path
) -> None:
    job = retention(MemoryStore(), blobs, tmp_path)
    await blobs.put(b"a row in the spool refers to this")
    age(folder, 2)
    segment = tmp_path / "spool" / "writer" / "00000001.seg"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"row")
    os.utime(segment, (0, 0))

    assert await job.run(interval_s=0)
    assert len(files(folder)) == 1
    segment.rename(segment.parent.parent / "damaged.seg")
    assert await job.run(interval_s=0)
    assert files(folder) == []


async def test_errors_are_told_and_tried_again(blobs: BlobStore, tmp_path: Path) -> None:
    failing = True

    async def store() -> Store:
        if failing:
            raise StoreUnavailable("the store is away")
        return MemoryStore()

    job = Retention(store, blobs, lambda _: Periods(), tmp_path)
    assert not await job.run()
    assert (job.status.last_error, job.status.running) == ("the store is away", False)
    failing = False
    assert await job.run()
    assert (job.status.runs, job.status.last_error) == (2, "")


async def test_an_error_in_one_project_does_not_spare_the_others(
    blobs: BlobStore, folder: Path, tmp_path: Path
) -> None:
    store = MemoryStore()
    await fill(store, blobs, started_ns=NOW_NS - 2 * DAY_NS)
    await store.write(Batch("other", threads=[replace(thread("other"), project="a")]))
    assert await store.housekeeping.projects() == ["a", PROJECT]
    await blobs.put(b"garbage")
    age(folder, 2)
    fails = True

    def periods(project: str) -> Periods:
        if project == "a" and fails:
            raise ValueError("no periods")
        return Periods(threads_days=1)

    async def get() -> Store:
        return store

    job = Retention(get, blobs, periods, tmp_path)
    assert not await job.run()
    assert job.status.last_error == "ValueError: no periods"
    assert job.status.deleted["threads"] == 2
    assert files(folder) == []
    fails = False
    assert await job.run()  # at once: the first run did not count


async def test_a_cancelled_run_does_not_keep_the_lock(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    acquire = FileLock.acquire

    def slowly(lock: FileLock, *, blocking: bool) -> bool:
        entered.set()
        assert go_on.wait(10)
        try:
            return acquire(lock, blocking=blocking)
        finally:
            ended.set()

    with monkeypatch.context() as patch:
        patch.setattr(FileLock, "acquire", slowly)
        run = asyncio.create_task(retention(MemoryStore(), blobs, tmp_path).run())
        assert await asyncio.to_thread(entered.wait, 10)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        go_on.set()
        assert await asyncio.to_thread(ended.wait, 10)

    other = FileLock(tmp_path / "retention.lock")
    await await_until(lambda: other.acquire(blocking=False), "the lock is free")
    other.release()


async def test_a_lock_that_cannot_be_opened_is_no_crash(blobs: BlobStore, tmp_path: Path) -> None:
    assert not await retention(MemoryStore(), blobs, tmp_path / "missing").run()


async def test_runs_are_metrics(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    monkeypatch.setattr("opentelemetry.metrics.get_meter", provider.get_meter)
    store = MemoryStore()
    await fill(store, blobs, started_ns=NOW_NS - 2 * DAY_NS)

    await retention(store, blobs, tmp_path, spans_days=1).run()

    data = reader.get_metrics_data()
    assert data is not None
    points = {
        (metric.name, *(point.attributes or {}).values()): getattr(point, "value", None)
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
        for point in metric.data.data_points
    }
    assert points["spanlit.retention.runs", "ok"] == 1
    assert points["spanlit.retention.deleted", "spans", PROJECT] == 2
    assert ("spanlit.retention.duration",) in points
    provider.shutdown()


def test_periods_become_cutoffs() -> None:
    cutoffs = Periods(bodies_days=1, threads_days=10_000_000).cutoffs(START_NS)
    assert (cutoffs.bodies_ns, cutoffs.spans_ns) == (START_NS - DAY_NS, 0)
    assert cutoffs.threads_ns == 1
