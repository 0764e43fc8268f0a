"""Writing batches: COPY into a temporary table, then a merge by the law of versions."""

from collections.abc import Sequence
from typing import Any

from spanlit.storage import refused_rows
from spanlit.storage.store import Batch

from .columns import Table
from .connection import Database
from .errors import is_about_rows, reason
from .rows import TABLES


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
            refused_rows.report(table.name, rows[0], reason(error))
            return 1
        middle = len(rows) // 2
        return await _write_or_split(database, table, rows[:middle]) + await _write_or_split(
            database, table, rows[middle:]
        )
    return 0
