"""Deleting, copying and checking the rows in ClickHouse."""

from collections.abc import Collection
from typing import Any

from spanlit.storage.models import Page
from spanlit.storage.store import TABLES, Cutoffs, Deleted, Finding, TableSize

from .checks import check
from .cluster import LOCAL_SPANS, SPANS
from .connection import Connection
from .deletion import SPAN_BLOBS, Deletion
from .expiry import Expiry
from .scan import scan
from .sql import fetch, statement, system_table

THREADS_OF_USER = """user_id = {user_id:String} AND NOT is_deleted AND thread_id NOT IN (
    SELECT thread_id FROM threads FINAL
    WHERE project = {project:String} AND user_id != {user_id:String} AND thread_id IN (
        SELECT thread_id FROM threads
        WHERE project = {project:String} AND user_id = {user_id:String}
    )
)"""
"""Any version counts, so that threads are found whose deletion ended after their tombstone, but
not threads that are someone else's by now."""


class ClickHouseHousekeeping:
    """A `Housekeeping` of one database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def delete_thread(self, project: str, thread_id: str) -> Deleted:
        deletion = Deletion(self._connection, project)
        await deletion.threads([thread_id])
        return await deletion.finish()

    async def delete_user(self, project: str, user_id: str) -> Deleted:
        deletion = Deletion(self._connection, project)
        theirs = "user_id = {user_id:String}"
        await deletion.threads(
            await deletion.values("threads", "thread_id", THREADS_OF_USER, user_id=user_id)
        )
        await deletion.wait()
        await deletion.traces(await deletion.values("spans", "trace_id", theirs, user_id=user_id))
        await deletion.wait()
        for table in ("scores", "sessions"):
            await deletion.rows(table, theirs, user_id=user_id)
        await deletion.bury("users", "user_id", [user_id])
        return await deletion.finish()

    async def expire(self, project: str, cutoffs: Cutoffs) -> Deleted:
        return await Expiry(self._connection, project).run(cutoffs)

    async def referenced(self, object_keys: Collection[str]) -> set[str]:
        sql = statement("referenced", span_blobs=SPAN_BLOBS)
        found = await fetch(self._connection, sql, {"keys": list(filter(None, object_keys))})
        return {row["object_key"] for row in found}

    async def projects(self) -> list[str]:
        return sorted(
            row["project"] for row in await fetch(self._connection, statement("projects"), {})
        )

    async def scan(
        self,
        project: str,
        table: str,
        *,
        cursor: str | None = None,
        limit: int = 1_000,
        since_ns: int = 0,
        until_ns: int | None = None,
    ) -> Page[Any]:
        return await scan(
            self._connection,
            project,
            table,
            cursor=cursor,
            limit=limit,
            since_ns=since_ns,
            until_ns=until_ns,
        )

    async def sizes(self) -> list[TableSize]:
        parts = system_table("parts", self._connection.cluster, every_replica=False)
        sql = statement("sizes", parts=parts)
        result = await self._connection.call(
            lambda client: client.query(sql, parameters={"database": self._connection.database})
        )
        sizes = {
            name.replace(LOCAL_SPANS, SPANS): (rows, size)
            for name, rows, size in result.result_rows
        }
        return [TableSize(name, *sizes.get(name, (0, 0))) for name in TABLES]

    async def check(self) -> list[Finding]:
        return await check(self._connection)
