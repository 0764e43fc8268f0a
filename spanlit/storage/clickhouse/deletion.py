"""One deletion in ClickHouse, and what it took away."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from spanlit.storage.store import TABLES_OF_TRACES, Deleted
from spanlit.tracing.attributes import BLOB_KEYS

from .connection import Connection
from .mutations import Mutations
from .sql import fetch, statement

IDS_PER_STATEMENT = 500
SPAN_BLOBS = "[" + ", ".join(f"attributes['{key}']" for key in BLOB_KEYS) + "]"
"""The expression of the index `ix_blob`."""

BEFORE = "fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')"
_IN_THREADS = "thread_id IN {thread_ids:Array(String)}"
_IN_TRACES = "trace_id IN {trace_ids:Array(String)}"
_OBJECT_KEYS = {
    "spans": f"groupUniqArrayArray(arrayFilter(key -> key != '', {SPAN_BLOBS}))",
    "elements": "groupUniqArrayIf(object_key, object_key != '')",
}
_NO_KEYS = "emptyArrayString()"


class Deletion:
    """Rows of one project that go.

    Rows that others hang on go last, so that what is left of a deletion that was interrupted is
    found when it is tried again.
    """

    def __init__(self, connection: Connection, project: str) -> None:
        self._connection = connection
        self._mutations = Mutations(connection)
        self._project = project
        self._counts: Counter[str] = Counter()
        self._object_keys: set[str] = set()

    async def wait(self) -> None:
        """Wait until the rows are gone, so that they are not counted again."""
        await self._mutations.wait()

    async def finish(self) -> Deleted:
        """Wait until the rows are gone, and say which they were."""
        await self.wait()
        return Deleted(+self._counts, frozenset(self._object_keys))

    async def threads(self, thread_ids: Sequence[str]) -> None:
        """Delete threads with all that is in them."""
        for part in _chunks(thread_ids):
            found = await self.values("spans", "trace_id", _IN_THREADS, thread_ids=part)
            await asyncio.gather(
                *(
                    self.rows(table, _IN_THREADS, thread_ids=part)
                    for table in (*TABLES_OF_TRACES, "sessions")
                )
            )
            await self.traces(found, tables=("scores",), but_threads=part)
            await self.bury("threads", "thread_id", part)

    async def traces(
        self,
        trace_ids: Sequence[str],
        *,
        tables: Sequence[str] = TABLES_OF_TRACES,
        but_threads: Sequence[str] = (),
    ) -> None:
        """Delete traces with what hangs on them.

        Args:
            trace_ids: Their ids.
            tables: Where something hangs on them.
            but_threads: Threads whose rows are gone already.
        """
        condition = f"{_IN_TRACES} AND NOT ({_IN_THREADS})"
        for part in _chunks(trace_ids):
            await asyncio.gather(
                *(
                    self.rows(table, condition, trace_ids=part, thread_ids=list(but_threads))
                    for table in tables
                )
            )
            await self.rows("spans", _IN_TRACES, trace_ids=part)

    async def bury(self, table: str, id_column: str, ids: Sequence[str]) -> None:
        """Delete threads or users in such a way that late rows do not bring them back."""
        names = {"table": table, "id": id_column}
        parameters = {"project": self._project, "ids": list(ids)}
        sql = statement("newest_changes", **names)
        (known,) = await fetch(self._connection, sql, parameters)
        self._counts[table] += known["rows"]
        # A clock that is ahead may have stamped the newest row.
        parameters["now_ns"] = max(time.time_ns(), known["newest_ns"] + 1)
        sql = statement("bury", **names)
        await self._connection.call(lambda client: client.command(sql, parameters=parameters))
        condition = f"{id_column} IN {{ids:Array(String)}} AND NOT is_deleted"
        await self._delete(table, condition, parameters)

    async def rows(self, table: str, condition: str, **parameters: Any) -> int:
        """Delete rows that meet a condition, count them, and return how many are stored."""
        found = await self.look(table, condition, parameters)
        self._counts[table] += found["rows"]
        if found["stored"]:
            await self._delete(table, condition, {"project": self._project, **parameters})
        stored: int = found["stored"]
        return stored

    async def scores(self, targets: Sequence[tuple[str, str]]) -> None:
        """Delete the scores on spans, or with an empty span id on traces."""
        for part in _chunks(targets):
            await self.rows(
                "scores",
                f"{_IN_TRACES} AND concat(trace_id, ' ', span_id) IN {{targets:Array(String)}}",
                trace_ids=[trace_id for trace_id, _ in part],
                targets=[" ".join(target) for target in part],
            )

    async def look(self, table: str, condition: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Count rows that meet a condition, and remember the blobs to which they refer."""
        rows = (
            "uniqExact(trace_id, span_id)"
            if table == "spans"
            else statement("count_newest", table=table, condition=condition)
        )
        sql = statement(
            "count",
            table=table,
            condition=condition,
            rows=rows,
            object_keys=_OBJECT_KEYS.get(table, _NO_KEYS),
        )
        (found,) = await fetch(self._connection, sql, {"project": self._project, **parameters})
        self._object_keys.update(found["object_keys"])
        return found

    def count(self, name: str, number: int) -> None:
        """Note what was taken away by other means."""
        self._counts[name] += number

    async def values(self, table: str, column: str, condition: str, **parameters: Any) -> list[str]:
        """Return the different values of a column in rows that meet a condition."""
        sql = statement("distinct", table=table, column=column, condition=condition)
        found = await fetch(self._connection, sql, {"project": self._project, **parameters})
        return [row["value"] for row in found]

    async def _delete(self, table: str, condition: str, parameters: dict[str, Any]) -> None:
        await self._mutations.start("delete", parameters, table=table, condition=condition)


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), IDS_PER_STATEMENT):
        yield list(items[start : start + IDS_PER_STATEMENT])
