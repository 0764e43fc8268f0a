"""The two schemas that Chainlit has, and their rows under the names of its own dictionaries.

`official`: the Postgres layer, tables "User", "Thread", "Step", "Element", "Feedback". It stores
no durations (start and end of a step are both its creation), no model calls and no languages.
`sqlalchemy`: the SQLAlchemy layer, tables users, threads, steps, elements, feedbacks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import orjson

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one of the schemas. Queries order by thread, so that threads are read once.

    Args:
        name: What it is called.
        tables: Tables by which it is known.
        users: Query of all users.
        threads: Query of all threads, by id.
        children: Queries of steps, elements and feedbacks, by `threadId`.
        normal: Brings a row of a table to the keys of the SQLAlchemy layer.
    """

    name: str
    tables: frozenset[str]
    users: str
    threads: str
    children: Mapping[str, str]
    normal: Callable[[str, Record], Record]


def _plain(_table: str, row: Record) -> Record:
    return row


def _official(table: str, row: Record) -> Record:
    if table == "steps":
        return {**row, "start": row["startTime"], "end": row["endTime"]}
    if table == "elements":
        about = structure(row.get("metadata"), {})
        return {**row, "forId": row["stepId"], "type": about.get("type", "file")}
    if table == "feedbacks":
        return {**row, "forId": row["stepId"]}
    return row


SQLALCHEMY = Layout(
    "SQLAlchemy",
    frozenset({"users", "threads", "steps", "elements", "feedbacks"}),
    "SELECT * FROM users",
    "SELECT * FROM threads ORDER BY {id}",
    {
        "steps": "SELECT * FROM steps ORDER BY {threadId}",
        "elements": "SELECT * FROM elements ORDER BY {threadId}",
        "feedbacks": "SELECT * FROM feedbacks ORDER BY {threadId}",
    },
    _plain,
)
OFFICIAL = Layout(
    "official",
    frozenset({"User", "Thread", "Step", "Element", "Feedback"}),
    'SELECT * FROM "User"',
    'SELECT t.*, u.identifier AS "userIdentifier" FROM "Thread" t'
    ' LEFT JOIN "User" u ON u.id = t."userId" ORDER BY {t.id}',
    {
        "steps": 'SELECT * FROM "Step" ORDER BY {threadId}',
        "elements": 'SELECT * FROM "Element" ORDER BY {threadId}',
        "feedbacks": 'SELECT f.*, s."threadId" FROM "Feedback" f'
        ' JOIN "Step" s ON s.id = f."stepId" ORDER BY {s.threadId}',
    },
    _official,
)
LAYOUTS = (OFFICIAL, SQLALCHEMY)


def structure(value: Any, default: Any) -> Any:
    """A value with structure, which SQLite and asyncpg hand out as JSON text."""
    if isinstance(value, (str, bytes)):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return default
    return value if isinstance(value, type(default)) else default


def words(value: Any) -> tuple[str, ...]:
    """A list of tags, also as the text of one."""
    if isinstance(value, str) and value.startswith("{"):
        value = [part.strip('"') for part in value[1:-1].split(",") if part]
    return tuple(str(word) for word in structure(value, []) if word)


def time_ns(value: Any, zone: tzinfo = UTC) -> int:
    """A date or its text as Unix nanoseconds; 0 if there is none.

    Args:
        value: What the database holds.
        zone: Where the clock hung that a date without time zone was read from.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return 0
    if not isinstance(value, datetime):
        return 0
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    since: timedelta = value - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000


def local_time_ns(value: Any, zone: tzinfo) -> int:
    """The same for dates of users and threads.

    Both layers write them in local time; the SQLAlchemy layer puts a Z behind it, too.
    """
    if isinstance(value, str):
        value = value.removesuffix("Z")
    return time_ns(value, zone)
