"""The ClickHouse store: one code path for a server and for the embedded engine."""

import time
from collections.abc import Sequence
from typing import Any, TypeVar

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage import from_row, refused_rows
from spanlit.storage.cursors import decode_cursor, thread_page
from spanlit.storage.models import (
    MODEL_CALLS,
    PROCESS_WINDOW_NS,
    Action,
    Ask,
    AskStatus,
    Element,
    Page,
    Process,
    Score,
    Session,
    Thread,
    TurnTotals,
    User,
)
from spanlit.storage.store import Batch, Explorer, Housekeeping
from spanlit.storage.tree_row import ATTRIBUTES, PREVIEW_CHARS
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from . import rows
from .client import ON_INSERT
from .columns import YEAR_2100_NS, Table
from .connection import Connection
from .errors import is_about_rows, reason
from .explorer import ClickHouseExplorer
from .housekeeping import ClickHouseHousekeeping
from .sql import Parameters, fetch, query

R = TypeVar("R")

# Times are Int64 in queries; this is far beyond every stored time.
END_OF_TIME_NS = YEAR_2100_NS + 1


class ClickHouseStore:
    """A `Store` in ClickHouse. Belongs to the event loop in which it was opened."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._housekeeping = ClickHouseHousekeeping(connection)

    @property
    def explorer(self) -> Explorer:
        return ClickHouseExplorer(self._connection)

    @property
    def housekeeping(self) -> Housekeeping:
        return self._housekeeping

    async def open(self, *, migrate: bool = True) -> None:
        await self._connection.open(migrate=migrate)

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        return await self._connection.migrate(dry_run=dry_run)

    async def close(self) -> None:
        await self._connection.close()

    async def ping(self) -> None:
        await self._connection.call(lambda client: client.command("SELECT 1"))

    # --- writing --------------------------------------------------------------------------
    async def write(self, batch: Batch) -> int:
        return (
            await self._insert(rows.SPANS, batch.spans, batch.id)
            + await self._insert(rows.THREADS, batch.threads, batch.id)
            + await self._insert(rows.USERS, batch.users, batch.id)
            + await self._insert(rows.ELEMENTS, batch.elements, batch.id)
            + await self._insert(rows.SCORES, batch.scores, batch.id)
            + await self._insert(rows.ACTIONS, batch.actions, batch.id)
            + await self._insert(rows.ASKS, batch.asks, batch.id)
            + await self._insert(rows.SESSIONS, batch.sessions, batch.id)
            + await self._insert(rows.PROCESSES, batch.processes, batch.id)
        )

    async def _insert(self, table: Table[R], records: Sequence[R], token: str) -> int:
        if not records:
            return 0
        return await self._connection.call(
            lambda client: _insert_or_split(client, table, records, token)
        )

    # --- spans ----------------------------------------------------------------------------
    async def trace(self, project: str, trace_id: str, *, bodies: bool = True) -> list[SpanRecord]:
        parameters: dict[str, Any] = {"project": project, "trace_id": trace_id}
        if bodies:
            return [rows.span_from(row) for row in await self._rows("trace", parameters)]
        parameters |= {"preview_chars": PREVIEW_CHARS, "attribute_keys": list(ATTRIBUTES)}
        found = await self._rows("trace_tree", parameters)
        return [rows.tree_row_from(row) for row in found]

    async def span(self, project: str, trace_id: str, span_id: str) -> SpanRecord | None:
        parameters = {"project": project, "trace_id": trace_id, "span_id": span_id}
        found = await self._rows("span", parameters)
        return rows.span_from(found[0]) if found else None

    async def thread_spans(
        self,
        project: str,
        thread_id: str,
        *,
        kinds: Sequence[Kind] = ("turn", "message"),
        limit: int = 2_000,
        before_ns: int | None = None,
    ) -> list[SpanRecord]:
        parameters = {
            "project": project,
            "thread_id": thread_id,
            "kinds": list(kinds),
            "limit": limit,
            "before_ns": END_OF_TIME_NS if before_ns is None else before_ns,
        }
        found = await self._rows("thread_spans", parameters)
        return [rows.span_from(row) for row in reversed(found)]

    async def turn_totals(self, project: str, thread_id: str) -> dict[str, TurnTotals]:
        parameters = {"project": project, "thread_id": thread_id, "model_calls": list(MODEL_CALLS)}
        found = await self._rows("turn_totals", parameters)
        return {row["trace_id"]: TurnTotals(**row) for row in found}

    async def open_spans(self, project: str, *, since_ns: int) -> list[SpanRecord]:
        found = await self._rows("open_spans", {"project": project, "since_ns": since_ns})
        return [rows.span_from(row) for row in found]

    # --- the rest -------------------------------------------------------------------------
    async def thread(self, project: str, thread_id: str) -> Thread | None:
        found = await self._rows("thread", {"project": project, "thread_id": thread_id})
        return from_row.thread_from(found[0]) if found else None

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        before_ns, before_id = decode_cursor(cursor) if cursor else (END_OF_TIME_NS, "")
        parameters = {
            "project": project,
            "user_id": user_id,
            "before_ns": before_ns,
            "before_id": before_id,
            "limit": limit + 1,
        }
        found = await self._rows("threads", parameters)
        return thread_page([from_row.thread_from(row) for row in found], limit)

    async def user(self, project: str, user_id: str) -> User | None:
        found = await self._rows("user", {"project": project, "user_id": user_id})
        return from_row.user_from(found[0]) if found else None

    async def elements(self, project: str, thread_id: str) -> list[Element]:
        found = await self._rows("elements", {"project": project, "thread_id": thread_id})
        return [from_row.element_from(row) for row in found]

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        name = "scores_of_trace" if trace_id else "scores_of_thread"
        parameters = {"project": project, "thread_id": thread_id, "trace_id": trace_id}
        return [from_row.score_from(row) for row in await self._rows(name, parameters)]

    async def actions(self, project: str, thread_id: str) -> list[Action]:
        found = await self._rows("actions", {"project": project, "thread_id": thread_id})
        return [from_row.action_from(row) for row in found]

    async def asks(
        self, project: str, thread_id: str, *, status: AskStatus | None = None
    ) -> list[Ask]:
        parameters = {"project": project, "thread_id": thread_id, "status": status or ""}
        return [from_row.ask_from(row) for row in await self._rows("asks", parameters)]

    async def session(self, project: str, thread_id: str) -> Session | None:
        found = await self._rows("session", {"project": project, "thread_id": thread_id})
        return from_row.session_from(found[0]) if found else None

    async def processes(self) -> list[Process]:
        since_ns = time.time_ns() - PROCESS_WINDOW_NS
        return [
            from_row.process_from(row)
            for row in await self._rows("processes", {"since_ns": since_ns})
        ]

    async def _rows(self, name: str, parameters: Parameters) -> list[dict[str, Any]]:
        return await fetch(self._connection, query(name), parameters)


async def _insert_or_split(
    client: AsyncClient, table: Table[R], records: Sequence[R], token: str
) -> int:
    """Insert rows and return how many were left out.

    Those that ClickHouse can never take are found by halving.
    """
    try:
        await _insert(client, table, records, token)
    except Exception as error:
        if not is_about_rows(error):
            raise
        if len(records) == 1:
            refused_rows.report(table.name, records[0], reason(error))
            return 1
        middle = len(records) // 2
        return await _insert_or_split(
            client, table, records[:middle], f"{token}/0"
        ) + await _insert_or_split(client, table, records[middle:], f"{token}/1")
    return 0


async def _insert(client: AsyncClient, table: Table[R], records: Sequence[R], token: str) -> None:
    await client.insert(
        table.name,
        table.data(records),
        column_names=table.column_names,
        # Given, so that the client does not ask for them first.
        column_types=table.column_types,
        column_oriented=True,
        settings={
            **ON_INSERT,
            # An insert whose answer was lost is sent again.
            "insert_deduplication_token": token,
            "max_partitions_per_insert_block": 0,
        },
    )
