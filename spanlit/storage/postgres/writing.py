"""Writing batches: COPY into a temporary table, then a merge by the law of versions."""

import logging
from collections.abc import Sequence
from typing import Any

from asyncpg import PostgresError

from spanlit.storage.store import Batch

from .columns import Table
from .connection import Database
from .errors import is_about_rows, state_of
from .rows import TABLES

logger = logging.getLogger(__name__)


async def write(database: Database, batch: Batch) -> int:
    """Write all rows in one transaction and return how many were left out.

    Only if Postgres can never take one of them, they are written table by table, and those that
    do harm are found by halving.

    Raises:
        StoreError: Nothing, or only a part, was written.
    """
    parts = [(table, getattr(batch, table.name)) for table in TABLES]
    parts = [(table, rows) for table, rows in parts if rows]
    try:
        await database.write(lambda connection: _merge_all(connection, parts))
    except Exception as error:
        if not is_about_rows(error):
            raise database.translated(error) from error
        return sum([await _write_or_split(database, table, rows) for table, rows in parts])
    return 0


async def _merge_all(connection: Any, parts: Sequence[tuple[Table[Any], Sequence[Any]]]) -> None:
    for table, rows in parts:
        await connection.execute(table.make_staging)
        await connection.copy_records_to_table(
            table.staging, records=table.records(rows), columns=table.column_names
        )
        await connection.execute(table.merge)


async def _write_or_split(database: Database, table: Table[Any], rows: Sequence[Any]) -> int:
    try:
        await database.write(lambda connection: _merge_all(connection, [(table, rows)]))
    except Exception as error:
        if not is_about_rows(error):
            raise database.translated(error) from error
        if len(rows) == 1:
            logger.error(
                "a row of %s cannot be stored: %s (%s)", table.name, _why(error), _ids(rows[0])
            )
            return 1
        middle = len(rows) // 2
        return await _write_or_split(database, table, rows[:middle]) + await _write_or_split(
            database, table, rows[middle:]
        )
    return 0


def _why(error: Exception) -> str:
    """What a log may say of an error: texts of the driver and of Postgres quote values."""
    name = type(error).__name__
    return f"{name} {state_of(error)}" if isinstance(error, PostgresError) else name


def _ids(row: object) -> str:
    """What a log may say of a row: which one it is, but nothing that people wrote."""
    names = ("id", "thread_id", "trace_id", "span_id")
    return ", ".join(f"{n}={str(getattr(row, n))[:80]}" for n in names if hasattr(row, n))
