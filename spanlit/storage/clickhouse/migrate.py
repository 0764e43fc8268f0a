"""Bringing the schema of a ClickHouse database up to date.

The statements of `migrations/*.sql` can all be repeated, because ClickHouse has neither
transactions nor locks: two processes may migrate at the same time, and one may die between two
statements. Their placeholders are those of `cluster`.
"""

from importlib.resources import files

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.migrations import (
    Applied,
    Migration,
    check_up_to_date,
    pending_migrations,
)
from spanlit.storage.migrations import read_migrations as read_folder

from .cluster import render_schema

_STATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations {on_cluster}
(
    version        UInt32,
    name           String,
    checksum       String,
    engine_version String,
    applied_at     DateTime64(3, 'UTC') DEFAULT now64(3)
)
{engine:ReplacingMergeTree(applied_at)}
ORDER BY version
"""


def read_migrations() -> list[Migration]:
    """Return the migrations that this version of Spanlit knows, in order."""
    return read_folder(files(__package__) / "migrations")


async def migrate(client: AsyncClient, *, cluster: str = "") -> list[str]:
    """Apply what the client's database lacks and return the names of what was applied.

    Args:
        client: Connected to the database.
        cluster: Name of a ClickHouse cluster, for replicated tables; empty for one server.

    Raises:
        SchemaError: The schema is newer than this version of Spanlit, or an applied file was
            changed afterwards.
        clickhouse_connect.driver.exceptions.Error: A statement failed.
    """
    database = client.database or "default"
    missing = await _pending(client, database)
    if missing:
        for sql in render_schema(_STATE_TABLE, cluster, database):
            await client.command(sql)
    for migration in missing:
        for statement in migration.statements:
            for sql in render_schema(statement, cluster, database):
                await client.command(sql)
        await client.insert(
            "schema_migrations",
            [[migration.version, migration.name, migration.checksum, client.server_version or ""]],
            column_names=["version", "name", "checksum", "engine_version"],
            column_type_names=["UInt32", "String", "String", "String"],
        )
    return [migration.name for migration in missing]


async def pending(client: AsyncClient, database: str) -> list[str]:
    """Return the names of what `migrate` would apply to a database, which need not exist.

    Raises:
        SchemaError: As in `migrate`.
    """
    return [migration.name for migration in await _pending(client, database)]


async def check(client: AsyncClient, database: str) -> None:
    """Raise `SchemaError` if the schema is not what this version of Spanlit needs."""
    check_up_to_date(await _pending(client, database), database=database)


async def _pending(client: AsyncClient, database: str) -> list[Migration]:
    major, minor = (client.server_version or "0.0").split(".")[:2]
    return pending_migrations(
        read_migrations(),
        await _applied(client, database),
        database=database,
        server_version=(int(major), int(minor)),
    )


async def _applied(client: AsyncClient, database: str) -> Applied:
    known = await client.query(
        "SELECT count() FROM system.tables "
        "WHERE database = {database:String} AND name = 'schema_migrations'",
        parameters={"database": database},
    )
    if not known.result_rows[0][0]:
        return {}
    result = await client.query(
        "SELECT version, name, checksum FROM {database:Identifier}.schema_migrations FINAL",
        parameters={"database": database},
    )
    return {version: (name, checksum) for version, name, checksum in result.result_rows}
