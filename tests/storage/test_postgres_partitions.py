"""Weekly partitions: made ahead, never thousands, filled from the default one, dropped whole."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spanlit.storage import Batch, Store, open_store
from spanlit.storage.postgres.partitions import WEEK_NS, name_of, week_of
from spanlit.storage.postgres.store import PostgresStore
from spanlit.storage.store import Cutoffs
from tests.storage.support import PROJECT, TRACE, ended_span, score, span_id

DAY_NS = WEEK_NS // 7


def nanoseconds(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp()) * 10**9  # type: ignore[arg-type, misc]


async def ask(store: Store, sql: str) -> list[str]:
    assert isinstance(store, PostgresStore)
    return [row[0] for row in await store._database.rows(sql)]


async def partitions(store: Store) -> dict[str, int]:
    """Partition -> how many rows are in it."""
    sql = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'spans'::regclass"
    return {
        name: int((await ask(store, f"SELECT count(*) FROM {name}"))[0])
        for name in sorted(await ask(store, sql))
    }


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ((2026, 11, 15, 23, 59, 59), "spans_20261109"),
        ((2026, 11, 16), "spans_20261116"),
        ((2026, 11, 20, 12), "spans_20261116"),
        ((1970, 1, 1), "spans_19691229"),
    ],
)
def test_weeks_begin_on_monday(date: tuple[int, ...], name: str) -> None:
    assert name_of(week_of(nanoseconds(*date))) == name


async def test_weeks_are_made_ahead(postgres: Store) -> None:
    now = time.time_ns()
    await postgres.write(Batch("b", spans=[ended_span(start_time_ns=now)]))
    weeks = [name_of(week_of(now) + n * WEEK_NS) for n in range(3)]
    assert await partitions(postgres) == {
        "spans_default": 0,
        **dict(zip(weeks, (1, 0, 0), strict=True)),
    }


async def test_spans_lie_in_their_weeks(postgres: Store) -> None:
    now = time.time_ns()
    starts = [now - n * WEEK_NS for n in range(10)]
    spans = [ended_span(n, start_time_ns=start) for n, start in enumerate(starts)]
    await postgres.write(Batch("b", spans=spans))
    found = await partitions(postgres)
    assert {name for name, rows in found.items() if rows} == {name_of(week_of(t)) for t in starts}
    assert len(await postgres.trace(PROJECT, TRACE)) == 10


async def test_a_clock_that_jumps_makes_no_tables(postgres: Store) -> None:
    spans = [ended_span(n, start_time_ns=n * WEEK_NS) for n in range(500)]  # the seventies
    spans += [ended_span(n, start_time_ns=4 * 10**18 + n * WEEK_NS) for n in range(500, 600)]
    await postgres.write(Batch("b", spans=spans))
    found = await partitions(postgres)
    assert found["spans_default"] == 600
    assert len(found) <= 4


async def test_a_long_past_is_made_in_parts(postgres: Store) -> None:
    now = time.time_ns()
    spans = [ended_span(n, start_time_ns=now - n * WEEK_NS) for n in range(100)]
    for number in range(3):
        await postgres.write(Batch(f"b{number}", spans=spans))
    found = await partitions(postgres)
    assert found["spans_default"] == 0
    assert len(found) == 103
    assert len(await postgres.trace(PROJECT, TRACE)) == 100


async def test_rows_move_out_of_the_default_partition(postgres: Store) -> None:
    """A partition cannot be made while rows of its week lie in the default one."""
    now = time.time_ns()
    await postgres.write(Batch("b1", spans=[ended_span(1, start_time_ns=now)]))
    week = name_of(week_of(now))
    await ask(postgres, f"ALTER TABLE spans DETACH PARTITION {week}")
    await ask(postgres, f"INSERT INTO spans SELECT * FROM {week}")
    await ask(postgres, f"DROP TABLE {week}")
    assert (await partitions(postgres))["spans_default"] == 1
    assert isinstance(postgres, PostgresStore)
    postgres._partitions._known.clear()
    await postgres.write(Batch("b2", spans=[ended_span(2, start_time_ns=now)]))
    found = await partitions(postgres)
    assert (found["spans_default"], found[week]) == (0, 2)
    indexes = await ask(postgres, f"SELECT indexdef FROM pg_indexes WHERE tablename = '{week}'")
    parents = await ask(postgres, "SELECT indexdef FROM pg_indexes WHERE tablename = 'spans'")
    assert len(indexes) == len(parents)


async def test_several_processes_may_make_them_at_once(
    postgres: Store, postgres_url: str, tmp_path: Path
) -> None:
    stores = [open_store(postgres_url, data_dir=tmp_path) for _ in range(4)]
    now = time.time_ns()
    for store in stores:
        await store.open()
    batches = [
        Batch(f"b{n}", spans=[ended_span(n, start_time_ns=now - m * WEEK_NS) for m in range(5)])
        for n in range(4)
    ]
    await asyncio.gather(*(s.write(b) for s, b in zip(stores, batches, strict=True)))
    for store in stores:
        await store.close()
    assert (await partitions(postgres))["spans_default"] == 0
    assert sum((await partitions(postgres)).values()) == 20


async def test_a_reader_does_not_stop_writers(postgres: Store, postgres_url: str) -> None:
    """The default partition is in use: spans go there, and move later."""
    import asyncpg

    await postgres.write(Batch("b1", spans=[ended_span(1)]))
    reader = await asyncpg.connect(postgres_url)
    async with reader.transaction():
        await reader.execute("LOCK TABLE spans_default IN ACCESS SHARE MODE")
        old = ended_span(2, start_time_ns=time.time_ns() - 30 * WEEK_NS)
        await postgres.write(Batch("b2", spans=[old]))
    await reader.close()
    assert (await partitions(postgres))["spans_default"] == 1
    assert len(await postgres.trace(PROJECT, TRACE)) == 2


async def test_expired_partitions_are_dropped(postgres: Store) -> None:
    now = time.time_ns()
    starts = [now - n * WEEK_NS for n in range(6)]
    spans = [
        ended_span(n, start_time_ns=t, attributes={"spanlit.input.blob": f"key-{n}"})
        for n, t in enumerate(starts)
    ]
    foreign = ended_span(9, start_time_ns=starts[5], end_time_ns=starts[5] + 1, project="other")
    scores = [score(span_id=span_id(n)) for n in range(6)]
    await postgres.write(Batch("b", spans=[*spans, foreign], scores=scores))
    cutoff = starts[3] + 1
    deleted = await postgres.housekeeping.expire(PROJECT, Cutoffs(spans_ns=cutoff))
    assert deleted.rows == {"spans": 3, "scores": 3}
    assert deleted.object_keys == {"key-3", "key-4", "key-5"}
    found = await partitions(postgres)
    names = [name_of(week_of(t)) for t in starts]
    assert names[4] not in found  # all in it was expired
    assert found[names[5]] == 1  # the other project's
    assert found[names[3]] == 0  # the week is not over yet for this cutoff
    assert [s.span_id for s in await postgres.scores(PROJECT, trace_id=TRACE)] == [
        span_id(n) for n in range(3)
    ]
    assert await postgres.trace("other", TRACE) == [foreign]
    # A span of that week has a place again.
    await postgres.write(Batch("late", spans=[ended_span(7, start_time_ns=starts[4])]))
    assert (await partitions(postgres))[names[4]] == 1
