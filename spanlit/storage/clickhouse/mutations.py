"""Statements that change stored rows: started at once, waited for together.

ClickHouse changes parts in the background. Once accepted a mutation is durable, so that what is
started in an order takes effect in that order, also if this process dies.

Only `DELETE FROM` in its default mode and `ALTER … UPDATE` are used: a table that sees both the
default and the `lightweight_update` mode can end up with a mutation that fails for ever
("Not found column _row_exists").
"""

import asyncio
import logging
import time
from typing import Any

from spanlit.storage.store import StoreUnavailable

from .connection import Connection
from .sql import Parameters, statement, system_table

logger = logging.getLogger(__name__)

TIMEOUT_S = 300.0
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 1.0


class Mutations:
    """Mutations of one database.

    Args:
        connection: To the database.
        timeout_s: How long `wait` waits.
    """

    def __init__(self, connection: Connection, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = connection
        self._timeout_s = timeout_s

    async def start(self, name: str, parameters: Parameters, **parts: str) -> None:
        """Have the statement `queries/NAME.sql` carried out in the background."""
        sql = statement(name, self._connection.cluster, **parts)
        await self._connection.call(
            lambda client: client.command(
                sql,
                parameters=dict(parameters),
                settings={"lightweight_deletes_sync": 0, "mutations_sync": 0},
            )
        )

    async def wait(self) -> None:
        """Wait until all that was started before has taken effect.

        Raises:
            StoreUnavailable: It takes longer, or fails; ClickHouse goes on trying.
        """
        deadline = time.monotonic() + self._timeout_s
        pause_s = _FIRST_PAUSE_S
        awaited: set[tuple[str, str]] | None = None
        while True:
            unfinished = await self.unfinished()
            keys = {(row["table"], row["mutation_id"]) for row in unfinished}
            awaited = keys if awaited is None else awaited & keys
            if not awaited:
                return
            if time.monotonic() > deadline:
                raise StoreUnavailable(_still_at_work(unfinished, awaited))
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    async def unfinished(self) -> list[dict[str, Any]]:
        """Rows of `queries/mutations.sql`: what ClickHouse has not carried out yet."""
        sql = statement("mutations", mutations=system_table("mutations", self._connection.cluster))
        # As the user that writes: one that only reads may not see them.
        result = await self._connection.call(
            lambda client: client.query(sql, parameters={"database": self._connection.database})
        )
        return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def _still_at_work(unfinished: list[dict[str, Any]], awaited: set[tuple[str, str]]) -> str:
    late = [row for row in unfinished if (row["table"], row["mutation_id"]) in awaited]
    row = max(late, key=lambda row: bool(row["latest_fail_reason"]))
    reason = row["latest_fail_reason"]
    return (
        f"ClickHouse is still changing rows of {row['table']} (mutation {row['mutation_id']}) and "
        "goes on in the background; try again later"
        + (f". Its last attempt failed: {reason[:300]}" if reason else "")
    )
