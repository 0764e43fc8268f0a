"""Reading all rows of a table, page by page, in the order of their times and keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from spanlit.storage import from_row
from spanlit.storage.cursors import decode_key, encode_key
from spanlit.storage.models import Page

from . import rows
from .columns import FIRST_MONDAY_NS, YEAR_2100_NS
from .connection import Connection
from .sql import columns, fetch, statement

PAGE_BYTES: Final = 16 * 2**20
"""How much text the rows of a page may hold together; one row may hold more."""


@dataclass(frozen=True, slots=True)
class Source:
    """How a table is scanned.

    Args:
        table: What is read from.
        time: The column of its time.
        keys: Columns that identify a row, all of them texts.
        columns: Name of its column list.
        make: Makes an object of a row.
        size: How many bytes of text a row holds.
        earliest_ns: The first time that may be asked for.
    """

    table: str
    keys: tuple[str, ...]
    columns: str
    make: Callable[[from_row.Row], Any]
    time: str = "updated_at"
    size: str = "0"
    earliest_ns: int = 0


SPAN_SIZE = (
    "length(input) + length(output) + length(attributes_json)"
    " + arraySum(value -> length(value), mapValues(attributes))"
    " + arraySum(value -> length(value), `events.attributes`)"
)
SOURCES: Final = {
    "spans": Source(
        "spans",
        ("trace_id", "span_id"),
        "span",
        rows.span_from,
        "start_time",
        SPAN_SIZE,
        FIRST_MONDAY_NS,
    ),
    "threads": Source(
        "threads FINAL", ("thread_id",), "thread", from_row.thread_from, size="length(metadata)"
    ),
    "users": Source(
        "users FINAL", ("user_id",), "user", from_row.user_from, size="length(metadata)"
    ),
    "elements": Source(
        "elements FINAL",
        ("thread_id", "element_id"),
        "element",
        from_row.element_from,
        size="length(props)",
    ),
    "scores": Source(
        "scores FINAL",
        ("target_thread", "trace_id", "span_id", "user_id", "name"),
        "score",
        from_row.score_from,
        size="length(comment) + length(metadata)",
    ),
    "actions": Source(
        "actions FINAL",
        ("thread_id", "action_id"),
        "action",
        from_row.action_from,
        size="length(payload)",
    ),
    "asks": Source(
        "asks FINAL",
        ("thread_id", "ask_id"),
        "ask",
        from_row.ask_from,
        size="length(spec) + length(answer)",
    ),
    "sessions": Source(
        "sessions FINAL", ("thread_id",), "session", from_row.session_from, size="length(state)"
    ),
    "processes": Source(
        "processes FINAL", ("process_id",), "process", from_row.process_from, "seen_at"
    ),
}


async def scan(
    connection: Connection,
    project: str,
    table: str,
    *,
    cursor: str | None,
    limit: int,
    since_ns: int,
    until_ns: int | None,
) -> Page[Any]:
    """Read the page behind `cursor`. It has fewer rows than `limit` if they are large."""
    source = SOURCES[table]
    parameters: dict[str, Any] = {
        "project": project,
        "since_ns": max(since_ns, source.earliest_ns),
        "until_ns": YEAR_2100_NS + 1 if until_ns is None else until_ns,
    }
    conditions = [
        f"{source.time} >= fromUnixTimestamp64Nano({{since_ns:Int64}}, 'UTC')",
        f"{source.time} < fromUnixTimestamp64Nano({{until_ns:Int64}}, 'UTC')",
    ]
    if table != "processes":
        conditions.append("project = {project:String}")
    if cursor is not None:
        after = decode_key(cursor, 1 + len(source.keys))
        conditions.append(_beside(source, ">", "after", after, parameters))
        parameters["since_ns"] = max(parameters["since_ns"], after[0])  # the index knows times only
    keys = await _keys(connection, source, conditions, {**parameters, "limit": limit + 1})
    page = _cut(keys, limit)
    if not page:
        return Page([])
    last = tuple(page[-1][name] for name in ("time_ns", *source.keys))
    conditions.append(_beside(source, "<=", "last", last, parameters))
    parameters["until_ns"] = last[0] + 1
    items = await _items(connection, source, conditions, parameters)
    return Page(items, encode_key(last) if len(page) < len(keys) else None)


async def _keys(
    connection: Connection, source: Source, conditions: list[str], parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    sql = statement("scan_keys", size=source.size, **_parts(source, conditions))
    return await fetch(connection, sql, parameters)


async def _items(
    connection: Connection, source: Source, conditions: list[str], parameters: dict[str, Any]
) -> list[Any]:
    sql = statement(
        "scan_rows",
        columns=columns(source.columns),
        kept="NOT removed" if source.table == "spans" else "1",
        **_parts(source, conditions),
    )
    return [source.make(row) for row in await fetch(connection, sql, parameters)]


def _parts(source: Source, conditions: list[str]) -> dict[str, str]:
    keys = ", ".join(source.keys)
    # Not FINAL, which would unpack far more than the rows of the page.
    newest = f", version DESC LIMIT 1 BY {source.time}, {keys}" if source.table == "spans" else ""
    return {
        "table": source.table,
        "time": source.time,
        "keys": keys,
        "condition": " AND ".join(conditions),
        "newest": newest,
    }


def _beside(
    source: Source, operator: str, name: str, key: tuple[Any, ...], parameters: dict[str, Any]
) -> str:
    """Make the condition that a row comes before or after a key."""
    parameters |= {f"{name}_{number}": value for number, value in enumerate(key)}
    ids = [f"{{{name}_{number}:String}}" for number in range(1, len(key))]
    moment = f"fromUnixTimestamp64Nano({{{name}_0:Int64}}, 'UTC')"
    return f"({', '.join((source.time, *source.keys))}) {operator} ({', '.join((moment, *ids))})"


def _cut(keys: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    size = 0
    for number, key in enumerate(keys[:limit]):
        size += key["size"]
        if size > PAGE_BYTES and number:
            return keys[:number]
    return keys[:limit]
