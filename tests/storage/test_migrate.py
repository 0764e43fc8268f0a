"""The schema: applied once, checked for ever, brought forward with all that is in it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spanlit.storage import SchemaError, Store, open_store
from spanlit.storage.clickhouse import migrate as clickhouse_migrate
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.migrations import Migration, parse_migration, pending_migrations
from spanlit.storage.postgres import migrate as postgres_migrate
from spanlit.storage.postgres.store import PostgresStore
from tests.storage.support import PROJECT, START_NS, TRACE

NAMES = {
    "clickhouse": [m.name for m in clickhouse_migrate.read_migrations()],
    "postgres": [m.name for m in postgres_migrate.read_migrations()],
}
STATE_TABLES = {"clickhouse": "schema_migrations", "postgres": "spanlit_migrations"}


@pytest.fixture(params=["clickhouse", "postgres15", "postgres18"])
def store_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that nobody had before: these tests break its schema."""
    store = open_store(store_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


def kind(store: Store) -> str:
    return "clickhouse" if isinstance(store, ClickHouseStore) else "postgres"


async def change(store: Store, statement: str) -> None:
    statement = statement.replace("STATE", STATE_TABLES[kind(store)])
    if isinstance(store, ClickHouseStore):
        await store._connection.call(lambda client: client.command(statement))
    else:
        assert isinstance(store, PostgresStore)
        await store._database.rows(statement)


async def open_again(url: str, tmp_path: Path, *, migrate: bool = True) -> None:
    store = open_store(url, data_dir=tmp_path)
    try:
        await store.open(migrate=migrate)
    finally:
        await store.close()


async def test_opening_again_changes_nothing(
    store: Store, store_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await open_again(store_url, tmp_path)
    await open_again(store_url, tmp_path, migrate=False)
    assert "applied" not in caplog.text


async def test_several_may_migrate_at_once(store_url: str, tmp_path: Path) -> None:
    await asyncio.gather(*(open_again(store_url, tmp_path) for _ in range(4)))
    await open_again(store_url, tmp_path, migrate=False)


async def test_a_dry_run_changes_nothing(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url, data_dir=tmp_path)
    names = NAMES[kind(store)]
    for _ in range(2):
        assert await store.migrate(dry_run=True) == names
    with pytest.raises(SchemaError, match="run `spanlit migrate`"):
        await open_again(store_url, tmp_path, migrate=False)
    assert await store.migrate() == names
    assert await store.migrate(dry_run=True) == []
    assert await store.migrate() == []
    await store.open(migrate=False)
    await store.ping()
    await store.close()


async def test_a_newer_schema_is_refused(store: Store, store_url: str, tmp_path: Path) -> None:
    await change(
        store,
        "INSERT INTO STATE (version, name, checksum, engine_version) "
        "VALUES (9999, '9999_tomorrow', 'x', '30.1')",
    )
    with pytest.raises(SchemaError, match=r"9999_tomorrow of a newer Spanlit.* upgrade Spanlit"):
        await open_again(store_url, tmp_path)
    with pytest.raises(SchemaError, match="newer Spanlit"):
        await open_store(store_url, data_dir=tmp_path).migrate(dry_run=True)


async def test_a_changed_migration_is_refused(store: Store, store_url: str, tmp_path: Path) -> None:
    await change(
        store,
        "UPDATE STATE SET checksum = 'other' WHERE version = 1"
        if kind(store) == "postgres"
        else "INSERT INTO STATE (version, name, checksum, engine_version) "
        "VALUES (1, '0001_tables', 'other', '26.9')",
    )
    with pytest.raises(SchemaError, match=r"another text of 0001_tables\.sql"):
        await open_again(store_url, tmp_path)


def test_files_are_numbered_without_gaps() -> None:
    for migrations in (clickhouse_migrate.read_migrations(), postgres_migrate.read_migrations()):
        assert [m.version for m in migrations] == list(range(1, len(migrations) + 1))
        assert all(m.statements for m in migrations)
    assert clickhouse_migrate.read_migrations()[1].requires == (26, 3)


def test_what_an_old_server_cannot_run_waits() -> None:
    known = [
        parse_migration("0001_a.sql", "SELECT 1;\n"),
        parse_migration("0002_b.sql", "-- requires: postgres >= 16.0\nSELECT 2;\n"),
        parse_migration("0003_c.sql", "SELECT 3;\n"),
    ]

    def names(applied: list[Migration], version: tuple[int, int]) -> list[str]:
        found = {m.version: (m.name, m.checksum) for m in applied}
        pending = pending_migrations(known, found, database="d", server_version=version)
        return [m.name for m in pending]

    assert names([], (15, 4)) == ["0001_a", "0003_c"]
    assert names([known[0], known[2]], (16, 0)) == ["0002_b"]


# --- ClickHouse -----------------------------------------------------------------------------
async def test_a_migration_that_died_in_the_middle_is_finished(
    clickhouse: Store, clickhouse_url: str, tmp_path: Path
) -> None:
    await change(clickhouse, "TRUNCATE TABLE schema_migrations")
    await change(clickhouse, "DROP TABLE scores")
    await open_again(clickhouse_url, tmp_path)
    assert await clickhouse.scores("default", trace_id="x") == []


async def test_rows_of_the_first_release_are_brought_forward(
    clickhouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = clickhouse_migrate.read_migrations()
    released = [m for m in every if m.version <= 2]
    store = open_store(clickhouse_url, data_dir=tmp_path)
    with monkeypatch.context() as old:
        old.setattr(clickhouse_migrate, "read_migrations", lambda: released)
        assert await store.migrate() == [m.name for m in released]
        await store.open(migrate=False)
        time = f"fromUnixTimestamp64Nano({START_NS}, 'UTC')"
        await change(
            store,
            "INSERT INTO scores (project, trace_id, span_id, user_id, name, value, created_at, "
            f"updated_at) SELECT '{PROJECT}', '{TRACE}', 's', 'u', 'helpful', 1, {time}, {time}",
        )
        await change(
            store,
            "INSERT INTO spans (project, trace_id, span_id, name, start_time, ended, version) "
            f"SELECT '{PROJECT}', '{TRACE}', 's', 'old', {time}, true, 1",
        )
        await store.close()
    await store.open()
    (score,) = await store.scores(PROJECT, trace_id=TRACE)
    assert (score.name, score.value, score.type, score.reasons) == ("helpful", 1.0, "number", ())
    (span,) = await store.trace(PROJECT, TRACE)
    assert span.name == "old"
    await store.close()


# --- Postgres -------------------------------------------------------------------------------
async def test_a_file_that_fails_leaves_nothing(postgres: Store) -> None:
    known = [
        *postgres_migrate.read_migrations(),
        parse_migration("0002_bad.sql", "CREATE TABLE extra (a int);\nSELECT 1 / 0;\n"),
    ]
    assert isinstance(postgres, PostgresStore)
    with pytest.raises(Exception, match="division by zero"):
        await postgres._database.call(lambda c: postgres_migrate.migrate(c, known))
    found = await postgres._database.rows("SELECT to_regclass('extra') IS NULL AS gone")
    assert found[0]["gone"]
    assert await postgres.migrate(dry_run=True) == []


async def test_a_file_without_a_transaction(postgres: Store) -> None:
    sql = (
        "-- no-transaction\n"
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS threads_name ON threads (name);\n"
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (identifier);\n"
    )
    known = [*postgres_migrate.read_migrations(), parse_migration("0002_names.sql", sql)]
    assert isinstance(postgres, PostgresStore)
    database = postgres._database
    names = await asyncio.gather(
        *(database.call(lambda c: postgres_migrate.migrate(c, known)) for _ in range(3))
    )
    assert sorted(names) == [[], [], ["0002_names"]]
    found = await database.rows("SELECT count(*) AS n FROM pg_indexes WHERE indexname ~ '_name$'")
    assert found[0]["n"] == 2
