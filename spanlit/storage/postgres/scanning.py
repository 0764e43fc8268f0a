"""Queries that walk through all rows of a table, page by page."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from .rows import TABLES
from .sql import Query, filled, numbered

PAGE_CHARS = 2**24
"""A page ends early when its texts are longer than this together."""
FIRST_ROWS, MOST_ROWS = 4, 256
"""How many rows are asked for at once: few until it is known how large they are."""

_KEYS = {table.name: table.key for table in TABLES}
_COLUMNS = {
    "spans": "$span",
    "threads": "$thread",
    "users": "$user",
    "elements": "$element",
    "scores": "$score",
    "actions": "$action",
    "asks": "$ask",
    "sessions": "$session",
    "processes": "$process",
}
_TIMES = {"spans": "start_time_ns", "processes": "seen_at_ns"}
_NEVER_REMOVED = ("asks", "sessions", "processes")


def sort_key(table: str) -> tuple[str, ...]:
    """Return the columns by which a scan sorts: a time, and what identifies a row."""
    time = _TIMES.get(table, "updated_at_ns")
    return (time, *(name for name in _KEYS[table] if name not in (time, "project")))


def sort_key_length(table: str) -> int:
    """Return how many parts a cursor of the table has."""
    return len(sort_key(table))


@cache
def scan_query(table: str, *, resumed: bool) -> Query:
    """Return the query of a page, whose first column is `sort_key`.

    Args:
        table: One of `TABLES`.
        resumed: Whether the page begins after the key `after_0`, `after_1` …
    """
    names = sort_key(table)
    time, *ids = names
    key = ", ".join(names)
    conditions = [f"{time} >= {{since_ns}}", f"{time} < {{until_ns}}"]
    if table != "processes":
        conditions.insert(0, "project = {project}")
    if table not in _NEVER_REMOVED:
        conditions.append("NOT removed")
    if resumed:
        after = ", ".join(["{after_0}::bigint", *(f"{{after_{n}}}" for n in range(1, len(names)))])
        conditions.append(f"({key}) > ({after})")
    texts = "".join(f", {name}" for name in ids)
    return numbered(
        f"SELECT jsonb_build_array({time}{texts})::text AS sort_key, "  # noqa: S608
        f"{filled(_COLUMNS[table])} FROM {table} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {key} LIMIT {{limit}}"
    )


async def read_page(
    connection: Any, query: Query, arguments: Sequence[Any], limit: int
) -> tuple[list[Any], bool]:
    """Read rows until there are `limit`, or until they are large.

    Args:
        connection: In a transaction.
        query: Returns one row more than `limit`, if there are.
        arguments: Of the query.
        limit: Most rows to return.

    Returns:
        Rows, and whether there are more of them.
    """
    cursor = await connection.cursor(query.text, *arguments)
    found: list[Any] = []
    chars, at_once = 0, FIRST_ROWS
    while len(found) <= limit:
        rows = await cursor.fetch(at_once)
        found += rows
        if len(rows) < at_once:
            break
        chars += sum(len(value) for row in rows for value in row.values() if type(value) is str)
        if chars > PAGE_CHARS:
            return found[:limit], True
        at_once = min(2 * at_once, MOST_ROWS)
    return found[:limit], len(found) > limit
