"""Emptying a store, so that the next test can have its database."""

from spanlit.storage import Store
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.postgres.store import PostgresStore

CLICKHOUSE_TABLES = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'
"""
POSTGRES_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname != 'spanlit_migrations'
"""


async def empty(store: Store) -> None:
    """Remove all rows of an open store; the schema stays."""
    match store:
        case ClickHouseStore():
            found = await store._connection.call(lambda client: client.query(CLICKHOUSE_TABLES))
            for (name,) in found.result_rows:
                await _run(store, f"TRUNCATE TABLE {name} SYNC")
                # Tests use the same batch ids, and the table remembers those it has seen.
                for window in (0, 1_000):
                    setting = f"non_replicated_deduplication_window = {window}"
                    await _run(store, f"ALTER TABLE {name} MODIFY SETTING {setting}")
        case PostgresStore():
            tables = [row["relname"] for row in await store._database.rows(POSTGRES_TABLES)]
            await store._database.rows(f"TRUNCATE {', '.join(tables)}")


async def _run(store: ClickHouseStore, statement: str) -> None:
    await store._connection.call(lambda client: client.command(statement))
