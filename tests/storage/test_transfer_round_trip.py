"""What leaves a store and enters another one is the same, whatever stores and formats."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanlit.storage import Store, open_store
from spanlit.storage.memory import MemoryStore
from spanlit.storage.writing.journal import Row
from tests.storage.postgres_server import PostgresServer
from tests.storage.support import element, ended_span, open_span, score, thread, user
from tests.storage.transfer_support import (
    contents,
    export,
    in_project,
    load,
    ordered,
    put,
    row_sets,
)

NAMES = ("out.jsonl", "out.jsonl.gz", "out.parquet")
_projects = itertools.count(1)


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=row_sets())
async def test_through_files(tmp_path: Path, name: str, rows: list[Row]) -> None:
    one, two = MemoryStore(), MemoryStore()
    await put(one, rows, "batch")

    await export(one, tmp_path / name)
    await load(two, tmp_path / name)

    assert await contents(two) == await contents(one)
    assert await contents(two) == ordered(rows)


@pytest.fixture
async def engines(
    clickhouse_url: str, engine_folder: Path, postgres18: PostgresServer, tmp_path: Path
) -> AsyncIterator[tuple[Store, Store, Store]]:
    """ClickHouse, Postgres, and ClickHouse again."""
    postgres_url = postgres18.new_database()
    other_url = f"chdb://{engine_folder}?database=transfer"
    urls = (clickhouse_url, postgres_url, other_url)
    one, two, three = (open_store(url, data_dir=tmp_path) for url in urls)
    async with AsyncExitStack() as stack:
        for store in (one, two, three):
            await store.open()
            stack.push_async_callback(store.close)
        yield one, two, three
    postgres18.drop_database(postgres_url)


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],  # shrinking takes minutes on real stores; see test_through_files
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(sets=st.lists(row_sets(), min_size=8, max_size=8))
async def test_from_clickhouse_to_postgres_and_back(
    engines: tuple[Store, Store, Store], tmp_path: Path, sets: list[list[Row]]
) -> None:
    clickhouse, postgres, back = engines
    there, home = tmp_path / "there.jsonl", tmp_path / "home.jsonl"
    projects = {f"p{next(_projects)}": rows for rows in sets}
    for project, rows in projects.items():
        await put(clickhouse, in_project(rows, project), project)

    await export(clickhouse, there, *projects)
    await load(postgres, there)
    await export(postgres, home, *projects)
    await load(back, home)

    for project, rows in projects.items():
        assert await contents(clickhouse, project) == ordered(in_project(rows, project))
        assert await contents(postgres, project) == await contents(clickhouse, project)
        assert await contents(back, project) == await contents(clickhouse, project)


@pytest.mark.parametrize("name", NAMES)
async def test_importing_twice_is_importing_once(store: Store, tmp_path: Path, name: str) -> None:
    source = MemoryStore()
    await put(source, row_set(), "batch")
    await export(source, tmp_path / name)

    await load(store, tmp_path / name)
    once = await contents(store)
    await load(store, tmp_path / name)

    assert await contents(store) == once == await contents(source)


async def test_a_newer_version_stays(tmp_path: Path, store: Store) -> None:
    old = ended_span(1, output="old")
    await put(store, [old, thread(name="thread-1")], "batch")
    await export(store, tmp_path / "out.jsonl")
    new = replace(old, output="new", version=old.version + 1)
    renamed = replace(thread(name="thread-1"), name="New", updated_at_ns=old.start_time_ns + 10**9)
    await put(store, [new, renamed], "later")

    await load(store, tmp_path / "out.jsonl")

    (span,) = await store.trace("default", old.trace_id)
    found = await store.thread("default", "thread-1")
    assert span.output == "new"
    assert found is not None
    assert found.name == "New"


async def test_what_was_deleted_stays_deleted(store: Store, tmp_path: Path) -> None:
    await put(store, row_set(), "batch")
    await export(store, tmp_path / "out.jsonl")
    await store.housekeeping.delete_thread("default", "thread-1")

    await load(store, tmp_path / "out.jsonl")
    await load(store, tmp_path / "out.jsonl", project="restored")

    assert await store.thread("default", "thread-1") is None
    assert await store.thread("restored", "thread-1") is not None
    assert len(await contents(store, "restored")) == len(row_set())


def row_set() -> list[Row]:
    """One set of rows, the same each time."""
    return [
        ended_span(1, input="a" * 100, attributes={"n": 1.5, "list": ["a", "b"]}),
        open_span(2),
        thread(tags=("a", "b")),
        user(),
        element(),
        score(),
    ]
