"""Bringing the schema of a Postgres database up to date.

Each file runs in a transaction under an advisory lock, so several processes may start at once
and one that dies leaves nothing half done. Statements of files with `-- no-transaction` run one
by one under a lock of the session: they must be repeatable, and such a file cannot be applied
through a pooler that pools transactions.
"""

import asyncio
import time
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from spanlit.storage.migrations import (
    Applied,
    Migration,
    check_up_to_date,
    pending_migrations,
)
from spanlit.storage.migrations import read_migrations as read_folder
from spanlit.storage.store import TABLES, StoreRefused, StoreUnavailable

STATE_TABLE = "spanlit_migrations"
"""Not `schema_migrations`, which other programs in the same database may have."""
LOCK = int.from_bytes(b"spanlit")
"""Key of the advisory lock of all that makes or drops tables."""
TIMEOUT_S = 3_600.0
"""For one statement: indexes on old rows take their time."""
POLL_S = 0.1

_STATE_TABLE = f"""
CREATE TABLE IF NOT EXISTS {STATE_TABLE}
(
    version        integer PRIMARY KEY,
    name           text NOT NULL,
    checksum       text NOT NULL,
    engine_version text NOT NULL,
    applied_at     timestamptz NOT NULL DEFAULT now()
)
"""


def read_migrations() -> list[Migration]:
    """Return the migrations that this version of Spanlit knows, in order."""
    return read_folder(files(__package__) / "migrations")


async def migrate(connection: Any, known: Sequence[Migration] | None = None) -> list[str]:
    """Apply what the database lacks and return the names of what was applied.

    Args:
        connection: A connection of asyncpg to the database.
        known: All migrations, if not those of this version of Spanlit.

    Raises:
        SchemaError: The schema is newer than this version of Spanlit, or an applied file was
            changed afterwards.
        StoreRefused: The database has tables of someone else under our names.
        asyncpg.PostgresError: A statement failed.
    """
    names = []
    for migration in await _pending(connection, known):
        apply = _apply_whole if migration.transaction else _apply_one_by_one
        if await apply(connection, migration):
            names.append(migration.name)
    return names


async def pending(connection: Any) -> list[str]:
    """Return the names of what `migrate` would apply. Raises what `migrate` raises."""
    return [migration.name for migration in await _pending(connection, None)]


async def check(connection: Any) -> None:
    """Raise `SchemaError` if the schema is not what this version of Spanlit needs."""
    database = await connection.fetchval("SELECT current_database()")
    check_up_to_date(await _pending(connection, None), database=database)


async def lock(
    connection: Any, function: str = "pg_try_advisory_xact_lock", *, timeout_s: float = TIMEOUT_S
) -> None:
    """Wait until nobody else makes or drops tables; by default until the transaction ends.

    It asks again and again: a statement that waits has a snapshot, for whose end CREATE INDEX
    CONCURRENTLY waits in turn.

    Raises:
        StoreUnavailable: It takes longer than `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    while not await connection.fetchval(f"SELECT {function}($1)", LOCK):
        if time.monotonic() > deadline:
            raise StoreUnavailable("another process of Spanlit is changing the schema")
        await asyncio.sleep(POLL_S)


async def _apply_whole(connection: Any, migration: Migration) -> bool:
    async with connection.transaction():
        await lock(connection)
        await connection.execute(_STATE_TABLE)
        if await _is_applied(connection, migration):
            return False
        await connection.execute(migration.text, timeout=TIMEOUT_S)
        await _note(connection, migration)
    return True


async def _apply_one_by_one(connection: Any, migration: Migration) -> bool:
    await lock(connection, "pg_try_advisory_lock")
    try:
        await connection.execute(_STATE_TABLE)
        if await _is_applied(connection, migration):
            return False
        for statement in migration.statements:
            await connection.execute(statement, timeout=TIMEOUT_S)
        await _note(connection, migration)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    return True


async def _pending(connection: Any, known: Sequence[Migration] | None) -> list[Migration]:
    database = await connection.fetchval("SELECT current_database()")
    version = connection.get_server_version()
    return pending_migrations(
        read_migrations() if known is None else known,
        await _applied(connection, database),
        database=database,
        server_version=(version.major, version.minor),
    )


async def _applied(connection: Any, database: str) -> Applied:
    # One statement sees one moment: never our tables without the one that says they are ours.
    rows = await connection.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = current_schema() AND c.relname = ANY($1::text[])",
        [STATE_TABLE, *TABLES],
    )
    found = {row["relname"] for row in rows}
    if STATE_TABLE in found:
        rows = await connection.fetch(f"SELECT version, name, checksum FROM {STATE_TABLE}")  # noqa: S608
        return {row["version"]: (row["name"], row["checksum"]) for row in rows}
    if found:
        raise StoreRefused(
            f"the database {database!r} belongs to something else: it has a table "
            f"{min(found)!r} that Spanlit did not make; give Spanlit a database of its own, or "
            "add schema=spanlit to storage.url"
        )
    return {}


async def _is_applied(connection: Any, migration: Migration) -> bool:
    found = await connection.fetchval(
        f"SELECT true FROM {STATE_TABLE} WHERE version = $1",  # noqa: S608
        migration.version,
    )
    return bool(found)


async def _note(connection: Any, migration: Migration) -> None:
    version = connection.get_server_version()
    await connection.execute(
        f"INSERT INTO {STATE_TABLE} (version, name, checksum, engine_version) "  # noqa: S608
        "VALUES ($1, $2, $3, $4)",
        migration.version,
        migration.name,
        migration.checksum,
        f"{version.major}.{version.minor}",
    )
