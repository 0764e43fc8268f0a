"""Taking away what is too old."""

import logging
import re
from functools import partial

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.bodies import BODY_KEYS, BODY_PREFIXES
from spanlit.storage.store import Cutoffs, Deleted, StoreRefused

from .connection import Connection
from .deletion import BEFORE, Deletion
from .mutations import Mutations
from .sql import fetch, statement, system_table

logger = logging.getLogger(__name__)

IS_BODY = "(key IN {body_keys:Array(String)} OR match(key, {body_prefixes:String}))"
HAS_BODIES = (
    "input != '' OR output != '' OR notEmpty(`events.name`) "
    f"OR arrayExists(key -> {IS_BODY}, mapKeys(attributes)) "
    f"OR arrayExists(key -> {IS_BODY}, mapKeys(attributes_num))"
)
BODIES = {
    "body_keys": list(BODY_KEYS),
    "body_prefixes": f"^({'|'.join(map(re.escape, BODY_PREFIXES))})",
}


class Expiry:
    """One run over the rows of a project."""

    def __init__(self, connection: Connection, project: str) -> None:
        self._connection = connection
        self._mutations = Mutations(connection)
        self._project = project
        self._deletion = Deletion(connection, project)

    async def run(self, cutoffs: Cutoffs) -> Deleted:
        """Delete what is older than the cutoffs, wait until it is gone, and say what it was."""
        if cutoffs.threads_ns:
            await self._expire_threads(cutoffs.threads_ns)
            await self._deletion.wait()
        if cutoffs.elements_ns:
            await self._deletion.rows(
                "elements", f"updated_at < {BEFORE}", before_ns=cutoffs.elements_ns
            )
        if cutoffs.spans_ns:
            await self._expire_spans(cutoffs.spans_ns)
        if cutoffs.bodies_ns > cutoffs.spans_ns:
            await self._deletion.wait()
            await self._empty_bodies(cutoffs.bodies_ns)
        deleted = await self._deletion.finish()
        await self._free_space()
        return deleted

    async def _expire_threads(self, before_ns: int) -> None:
        parameters = {"project": self._project, "before_ns": before_ns}
        found = await fetch(self._connection, statement("expired_threads"), parameters)
        await self._deletion.threads([row["value"] for row in found])
        # Tombstones as old as that keep nothing away any more.
        await self._deletion.rows(
            "threads", f"is_deleted AND updated_at < {BEFORE}", before_ns=before_ns
        )

    async def _expire_spans(self, before_ns: int) -> None:
        condition = f"start_time < {BEFORE}"
        parameters = {"project": self._project, "before_ns": before_ns}
        found = await self._deletion.look("spans", condition, parameters)
        if not found["stored"]:
            return
        scores = await fetch(self._connection, statement("expired_scores"), parameters)
        await self._deletion.scores([(row["trace_id"], row["span_id"]) for row in scores])
        if not self._connection.cluster:
            await self._drop_parts(before_ns)
            left = await self._deletion.look("spans", condition, parameters)
            self._deletion.count("spans", found["rows"] - left["rows"])
        await self._deletion.rows("spans", condition, before_ns=before_ns)

    async def _drop_parts(self, before_ns: int) -> None:
        parameters = {"project": self._project, "before_ns": before_ns}
        found = await fetch(self._connection, statement("parts_of_expired_spans"), parameters)
        for row in found:
            sql = statement("drop_part", part=row["part"])
            try:
                await self._connection.call(partial(_command, sql=sql))
            except StoreRefused as error:  # it was merged meanwhile
                logger.info("a part of spans is deleted row by row: %s", error)

    async def _empty_bodies(self, before_ns: int) -> None:
        condition = f"start_time < {BEFORE} AND ({HAS_BODIES})"
        parameters = {"before_ns": before_ns, **BODIES}
        found = await self._deletion.look("spans", condition, parameters)
        if found["stored"]:
            self._deletion.count("bodies", found["rows"])
            await self._mutations.start(
                "empty_bodies",
                {"project": self._project, **parameters},
                condition=condition,
                is_body=IS_BODY,
            )

    async def _free_space(self) -> None:
        """Have the bytes of deleted rows taken off the disk, which merges may do much later."""
        parts = system_table("parts", self._connection.cluster)
        sql = statement("masked_tables", parts=parts)
        result = await self._connection.call(
            lambda client: client.query(sql, parameters={"database": self._connection.database})
        )
        for (table,) in result.result_rows:
            await self._mutations.start("apply_deleted_mask", {}, table=table)


async def _command(client: AsyncClient, sql: str) -> None:
    await client.command(sql)
