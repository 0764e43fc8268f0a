"""What only Postgres does: rows it can never take, its rules for text, its pool, two writers."""

import asyncio
import logging
from pathlib import Path

import pytest

from spanlit.storage import Batch, Store, StoreUnavailable, open_store
from spanlit.storage.postgres import connection
from spanlit.storage.postgres.store import PostgresStore
from spanlit.tracing.record import ENDED_VERSION, SpanEvent
from tests.storage.support import PROJECT, START_NS, TRACE, ended_span, open_span, span_id, thread

# Random, so that it cannot be compressed to what an index takes.
TOO_LONG = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(3_000))


async def test_rows_that_fit_no_index_are_left_out(
    postgres: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    spans = [ended_span(n, thread_id=TOO_LONG if n in (3, 7) else "t") for n in range(1, 11)]
    threads = [thread("a"), thread(TOO_LONG), thread("c")]
    assert await postgres.write(Batch("b", spans=spans, threads=threads)) == 3
    assert len(await postgres.trace(PROJECT, TRACE)) == 8
    assert len((await postgres.threads(PROJECT, "user-1")).items) == 2
    assert f"span_id={span_id(3)}" in caplog.text
    assert TOO_LONG not in caplog.text
    assert len(caplog.records) == 3


async def test_nul_becomes_a_replacement_character(postgres: Store) -> None:
    span = ended_span(
        input="a\0b",
        attributes={"k\0": "v\0", "escaped": "\\u0000", "list": ["\0"]},
        events=[SpanEvent("e\0", START_NS, {})],
    )
    assert await postgres.write(Batch("b", spans=[span])) == 0
    (found,) = await postgres.trace(PROJECT, TRACE)
    assert found.input == "a\ufffdb"
    assert found.attributes == {"k\ufffd": "v\ufffd", "escaped": "\\u0000", "list": ["\ufffd"]}
    assert found.events[0].name == "e\ufffd"


async def test_a_batch_with_several_versions_of_a_span(postgres: Store) -> None:
    versions = [open_span(version=n, output=str(n)) for n in (2, 5, 1)]
    await postgres.write(Batch("b", spans=versions))
    assert await postgres.trace(PROJECT, TRACE) == [open_span(version=5, output="5")]


async def test_writers_do_not_lock_each_other_out(
    postgres: Store, postgres_url: str, tmp_path: Path
) -> None:
    """The same spans in opposite orders, again and again."""
    other = open_store(postgres_url, data_dir=tmp_path)
    await other.open()

    async def write(store: Store, writer: int, order: int) -> None:
        for version in range(10):
            spans = [ended_span(n, version=ENDED_VERSION + version) for n in range(200)][::order]
            threads = [thread(f"t{n}", updated_at_ns=START_NS + version) for n in range(50)]
            batch = Batch(f"{writer}-{version}", spans=spans, threads=threads[::order])
            assert await store.write(batch) == 0

    await asyncio.gather(write(postgres, 1, 1), write(other, 2, -1), write(postgres, 3, -1))
    found = await postgres.trace(PROJECT, TRACE)
    assert [span.version for span in found] == [ENDED_VERSION + 9] * 200
    await other.close()


async def test_a_pool_that_is_in_use_is_said(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ACQUIRE_TIMEOUT_S", 0.2)
    store = open_store(postgres_url + "?pool_size=1", data_dir=tmp_path)
    assert isinstance(store, PostgresStore)
    await store.open()
    slow = asyncio.ensure_future(store._database.rows("SELECT pg_sleep(1)"))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match=r"all 1 connections .* pool_size"):
        await store.ping()
    await slow
    await store.ping()
    await store.close()


async def test_a_statement_that_takes_too_long_is_ended(postgres_url: str, tmp_path: Path) -> None:
    store = open_store(postgres_url + "?timeout=0.3", data_dir=tmp_path)
    assert isinstance(store, PostgresStore)
    await store.open()
    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await store._database.rows("SELECT pg_sleep(30)")
    await store.ping()
    await store.close()


async def test_without_prepared_statements(postgres_url: str, tmp_path: Path) -> None:
    """As behind a pooler."""
    store = open_store(postgres_url + "?statement_cache_size=0&pool_size=1", data_dir=tmp_path)
    await store.open()
    for version in range(3):
        await store.write(Batch(f"b{version}", spans=[ended_span(version=version)]))
    assert len(await store.trace(PROJECT, TRACE)) == 1
    await store.close()


async def test_values_of_a_table_that_another_process_changed(
    postgres: Store, postgres_url: str, tmp_path: Path
) -> None:
    """Statements that were prepared before a migration are prepared again."""
    await postgres.write(Batch("b1", threads=[thread()]))
    assert await postgres.thread(PROJECT, "thread-1") == thread()
    assert isinstance(postgres, PostgresStore)
    other = open_store(postgres_url, data_dir=tmp_path)
    assert isinstance(other, PostgresStore)
    await other.open()
    await other._database.rows("ALTER TABLE threads ALTER COLUMN name TYPE varchar(500)")
    await other.close()
    assert await postgres.thread(PROJECT, "thread-1") == thread()
    await postgres.write(Batch("b2", threads=[thread("t2")]))
    assert await postgres.thread(PROJECT, "t2") == thread("t2")
