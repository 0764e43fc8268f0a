"""The Postgres store."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from spanlit.storage import from_row
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
from .columns import INT64_MAX
from .connection import Database
from .explorer import PostgresExplorer
from .housekeeping import PostgresHousekeeping
from .partitions import Partitions
from .writing import write


class PostgresStore:
    """A `Store` in Postgres. Belongs to the event loop in which it was opened."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._partitions = Partitions(database)
        self._explorer = PostgresExplorer(database)
        self._housekeeping = PostgresHousekeeping(database, self._partitions)

    @property
    def explorer(self) -> Explorer:
        return self._explorer

    @property
    def housekeeping(self) -> Housekeeping:
        return self._housekeeping

    async def open(self, *, migrate: bool = True) -> None:
        await self._database.open(migrate=migrate)

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        return await self._database.migrate(dry_run=dry_run)

    async def close(self) -> None:
        await self._database.close()

    async def ping(self) -> None:
        await self._database.rows("SELECT 1")

    async def write(self, batch: Batch) -> int:
        if batch.spans:
            await self._partitions.ensure(span.start_time_ns for span in batch.spans)
        return await write(self._database, batch) if len(batch) else 0

    # --- spans ----------------------------------------------------------------------------
    async def trace(self, project: str, trace_id: str, *, bodies: bool = True) -> list[SpanRecord]:
        values: dict[str, Any] = {"project": project, "trace_id": trace_id}
        if bodies:
            return [rows.span_from(row) for row in await self._ask("trace", values)]
        values |= {"preview_chars": PREVIEW_CHARS, "attribute_keys": list(ATTRIBUTES)}
        return [rows.tree_row_from(row) for row in await self._ask("trace_tree", values)]

    async def span(self, project: str, trace_id: str, span_id: str) -> SpanRecord | None:
        values = {"project": project, "trace_id": trace_id, "span_id": span_id}
        found = await self._ask("span", values)
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
        values = {
            "project": project,
            "thread_id": thread_id,
            "kinds": list(kinds),
            "limit": limit,
            "before_ns": INT64_MAX if before_ns is None else before_ns,
        }
        found = await self._ask("thread_spans", values)
        return [rows.span_from(row) for row in reversed(found)]

    async def turn_totals(self, project: str, thread_id: str) -> dict[str, TurnTotals]:
        values = {"project": project, "thread_id": thread_id, "model_calls": list(MODEL_CALLS)}
        found = await self._ask("turn_totals", values)
        return {row["trace_id"]: TurnTotals(**row) for row in found}

    async def open_spans(self, project: str, *, since_ns: int) -> list[SpanRecord]:
        found = await self._ask("open_spans", {"project": project, "since_ns": since_ns})
        return [rows.span_from(row) for row in found]

    # --- the rest -------------------------------------------------------------------------
    async def thread(self, project: str, thread_id: str) -> Thread | None:
        found = await self._ask("thread", {"project": project, "thread_id": thread_id})
        return from_row.thread_from(found[0]) if found else None

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        before_ns, before_id = decode_cursor(cursor) if cursor else (INT64_MAX, "")
        values = {
            "project": project,
            "user_id": user_id,
            "before_ns": before_ns,
            "before_id": before_id,
            "limit": limit + 1,
        }
        found = await self._ask("threads", values)
        return thread_page([from_row.thread_from(row) for row in found], limit)

    async def user(self, project: str, user_id: str) -> User | None:
        found = await self._ask("user", {"project": project, "user_id": user_id})
        return from_row.user_from(found[0]) if found else None

    async def elements(self, project: str, thread_id: str) -> list[Element]:
        found = await self._ask("elements", {"project": project, "thread_id": thread_id})
        return [from_row.element_from(row) for row in found]

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        if trace_id:
            found = await self._ask("scores_of_trace", {"project": project, "trace_id": trace_id})
        else:
            values = {"project": project, "thread_id": thread_id}
            found = await self._ask("scores_of_thread", values)
        return [from_row.score_from(row) for row in found]

    async def actions(self, project: str, thread_id: str) -> list[Action]:
        found = await self._ask("actions", {"project": project, "thread_id": thread_id})
        return [from_row.action_from(row) for row in found]

    async def asks(
        self, project: str, thread_id: str, *, status: AskStatus | None = None
    ) -> list[Ask]:
        values = {"project": project, "thread_id": thread_id, "status": status}
        return [from_row.ask_from(row) for row in await self._ask("asks", values)]

    async def session(self, project: str, thread_id: str) -> Session | None:
        found = await self._ask("session", {"project": project, "thread_id": thread_id})
        return from_row.session_from(found[0]) if found else None

    async def processes(self) -> list[Process]:
        since_ns = time.time_ns() - PROCESS_WINDOW_NS
        found = await self._ask("processes", {"since_ns": since_ns})
        return [from_row.process_from(row) for row in found]

    async def _ask(self, name: str, values: Mapping[str, Any]) -> list[Any]:
        return await self._database.ask(name, values)
