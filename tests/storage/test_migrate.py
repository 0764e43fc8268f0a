"""The schema: applied once, checked for ever."""

import asyncio
from pathlib import Path

import pytest

from spanlit.storage import SchemaError, Store, open_store
from spanlit.storage.clickhouse.migrate import read_migrations
from spanlit.storage.clickhouse.store import ClickHouseStore


async def change(store: Store, statement: str) -> None:
    assert isinstance(store, ClickHouseStore)
    await store._connection.call(lambda client: client.command(statement))


async def open_again(url: str, tmp_path: Path) -> None:
    store = open_store(url, data_dir=tmp_path)
    try:
        await store.open()
    finally:
        await store.close()


async def test_opening_again_changes_nothing(
    clickhouse: Store, clickhouse_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await open_again(clickhouse_url, tmp_path)
    assert "applied" not in caplog.text


async def test_several_may_migrate_at_once(clickhouse_url: str, tmp_path: Path) -> None:
    await asyncio.gather(*(open_again(clickhouse_url, tmp_path) for _ in range(4)))


async def test_a_newer_schema_is_refused(
    clickhouse: Store, clickhouse_url: str, tmp_path: Path
) -> None:
    await change(
        clickhouse,
        "INSERT INTO schema_migrations (version, name, checksum, engine_version) "
        "VALUES (9999, '9999_tomorrow', 'x', '30.1')",
    )
    with pytest.raises(SchemaError, match=r"9999_tomorrow of a newer Spanlit.* upgrade Spanlit"):
        await open_again(clickhouse_url, tmp_path)


async def test_a_changed_migration_is_refused(
    clickhouse: Store, clickhouse_url: str, tmp_path: Path
) -> None:
    await change(
        clickhouse,
        "INSERT INTO schema_migrations (version, name, checksum, engine_version) "
        "VALUES (1, '0001_tables', 'other', '26.9')",
    )
    with pytest.raises(SchemaError, match=r"another text of 0001_tables\.sql"):
        await open_again(clickhouse_url, tmp_path)


async def test_a_migration_that_died_in_the_middle_is_finished(
    clickhouse: Store, clickhouse_url: str, tmp_path: Path
) -> None:
    await change(clickhouse, "TRUNCATE TABLE schema_migrations")
    await change(clickhouse, "DROP TABLE scores")
    await open_again(clickhouse_url, tmp_path)
    assert await clickhouse.scores("default", trace_id="x") == []


def test_files_are_numbered_without_gaps() -> None:
    migrations = read_migrations()
    assert [m.version for m in migrations] == list(range(1, len(migrations) + 1))
    assert all(m.statements for m in migrations)
    assert migrations[1].requires == (26, 3)
