"""The weekly partitions of `spans`: made ahead of time, dropped when all in them is expired.

Only weeks near the present of the server are made. A process whose clock jumps writes into the
default partition, and does not leave thousands of tables behind.
"""

import logging
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from spanlit.storage.store import StoreError

from .connection import Database
from .deletion import Report, count_spans
from .migrate import lock

logger = logging.getLogger(__name__)

_NAME = re.compile(r"spans_\d{8}")

DAY_NS = 86_400 * 10**9
WEEK_NS = 7 * DAY_NS
MONDAY_NS = 4 * DAY_NS
"""The first Monday after the epoch, which was a Thursday."""
AHEAD = 2
"""Weeks that are made before anything is in them, besides this one."""
WINDOW_WEEKS = (-520, 5)
"""Weeks before and after this one that are made when a batch asks for them. Imports are old."""
MOST_AT_ONCE = 60
"""How many weeks one batch may ask for; the rest waits for the next one."""
LOCK_TIMEOUT_S = 10.0
RETRY_S = 600.0
"""How long to leave it when partitions cannot be made."""


def week_of(time_ns: int) -> int:
    """Return the start of the week of a time, in Unix nanoseconds. Weeks begin on Monday, UTC."""
    return (time_ns - MONDAY_NS) // WEEK_NS * WEEK_NS + MONDAY_NS


def name_of(week: int) -> str:
    """Return the name of the partition of the week that starts then."""
    return datetime.fromtimestamp(week // 10**9, UTC).strftime("spans_%Y%m%d")


class Partitions:
    """Which partitions there are, as far as this process knows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[int] = set()
        self._later = 0.0

    async def ensure(self, start_times_ns: Iterable[int]) -> None:
        """Make the partitions for spans with these starts, and those of the weeks to come.

        Whatever goes wrong, the spans have a place: the default partition.
        """
        this_week = week_of(time.time_ns())
        first, last = (this_week + offset * WEEK_NS for offset in WINDOW_WEEKS)
        wanted = {this_week + n * WEEK_NS for n in range(AHEAD + 1)}
        wanted |= {week for t in start_times_ns if first <= (week := week_of(t)) <= last}
        missing = sorted(wanted - self._known, reverse=True)[:MOST_AT_ONCE]
        if not missing or time.monotonic() < self._later:
            return
        try:
            await self._database.transaction(lambda connection: _make(connection, missing))
        except StoreError as error:
            self._later = time.monotonic() + RETRY_S
            logger.warning("spans go to the partition spans_default for now: %s", error)
            return
        self._known.update(missing)

    async def before(self, time_ns: int) -> list[str]:
        """Return the names of the partitions whose weeks ended by then, oldest first."""
        last = name_of(week_of(time_ns))
        names = await self._database.transaction(_names)
        return sorted(name for name in names if name < last and _NAME.fullmatch(name))

    async def drop_if_only_of(self, project: str, name: str) -> Report:
        """Drop a partition if it has spans of this project only; say what was in it."""
        report = await self._database.transaction(lambda c: _drop(c, project, name))
        self._known.clear()
        return report


async def _make(connection: Any, weeks: Iterable[int]) -> None:
    names = await _names(connection)
    missing = [week for week in weeks if name_of(week) not in names]
    if not missing:
        return
    await _lock(connection)
    now_ns = await connection.fetchval("SELECT (extract(epoch FROM now()) * 1000000000)::bigint")
    first, last = (week_of(now_ns) + offset * WEEK_NS for offset in WINDOW_WEEKS)
    names = await _names(connection)  # as others left them
    for week in missing:
        if first <= week <= last and name_of(week) not in names:
            await _make_one(connection, week)


async def _names(connection: Any) -> set[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
        "WHERE inhparent = 'spans'::regclass"
    )
    return {row["relname"] for row in rows}


async def _lock(connection: Any) -> None:
    # A query that runs for long on a partition must not stop all who wait behind us.
    await connection.execute("SET LOCAL lock_timeout = '5s'")
    await lock(connection, timeout_s=LOCK_TIMEOUT_S)


async def _make_one(connection: Any, week: int) -> None:
    """Make a partition with the rows of its week that lie in the default partition.

    Attached, not created as one: that locks out nobody but writers of the default partition.
    """
    name, until = name_of(week), week + WEEK_NS
    await connection.execute(
        f"CREATE TABLE {name} (LIKE spans INCLUDING STORAGE INCLUDING COMPRESSION)"
    )
    await connection.execute("LOCK TABLE spans_default IN ACCESS EXCLUSIVE MODE")
    await connection.execute(
        f"WITH moved AS (DELETE FROM spans_default WHERE start_time_ns >= {week} "  # noqa: S608
        f"AND start_time_ns < {until} RETURNING *) INSERT INTO {name} SELECT * FROM moved"
    )
    await connection.execute(
        f"ALTER TABLE spans ATTACH PARTITION {name} FOR VALUES FROM ({week}) TO ({until})"
    )


async def _drop(connection: Any, project: str, name: str) -> Report:
    await _lock(connection)
    if name not in await _names(connection):
        return Report()
    await connection.execute(f"LOCK TABLE {name} IN SHARE MODE")
    foreign = await connection.fetchval(
        f"SELECT EXISTS (SELECT FROM {name} WHERE project < $1) "  # noqa: S608
        f"OR EXISTS (SELECT FROM {name} WHERE project > $1)",
        project,
    )
    if foreign:
        return Report()
    report = await count_spans(connection, name)
    await connection.execute(f"DROP TABLE {name}")
    return report
