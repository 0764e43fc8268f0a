"""Deleting, copying and checking the rows of a Postgres store."""

import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import orjson

from spanlit.storage.bodies import BODY_KEYS, BODY_PREFIXES
from spanlit.storage.cursors import decode_key, encode_key
from spanlit.storage.models import PROCESS_WINDOW_NS, Page
from spanlit.storage.store import TABLES, Cutoffs, Deleted, Finding, StoreError, TableSize

from . import deletion
from .checkup import check
from .columns import INT64_MAX, fit_text
from .connection import Database
from .deletion import Report
from .partitions import Partitions
from .rows import FROM_ROW
from .scanning import read_page, scan_query, sort_key_length

logger = logging.getLogger(__name__)

THREADS_AT_ONCE = 20
TRACES_AT_ONCE = 200
ROWS_AT_ONCE = 5_000
"""How much one transaction deletes, so that others need not wait."""
PROCESSES_KEPT_NS = 7 * PROCESS_WINDOW_NS

Step = Callable[[Any], Awaitable[tuple[Report, int]]]


class PostgresHousekeeping:
    """A `Housekeeping` in Postgres."""

    def __init__(self, database: Database, partitions: Partitions) -> None:
        self._database = database
        self._partitions = partitions

    # --- deleting -------------------------------------------------------------------------
    async def delete_thread(self, project: str, thread_id: str) -> Deleted:
        name = fit_text(project)
        report = await self._database.transaction(
            lambda connection: deletion.delete_threads(connection, name, [fit_text(thread_id)])
        )
        return report.deleted()

    async def delete_user(self, project: str, user_id: str) -> Deleted:
        name, user = fit_text(project), fit_text(user_id)
        report = Report()
        await self._delete_threads(report, name, "user_id = $2 AND user_id <> ''", user)
        await self._repeat(report, lambda c: _delete_traces_of_user(c, name, user), TRACES_AT_ONCE)
        report.merge(
            await self._database.transaction(lambda c: deletion.delete_of_user(c, name, user))
        )
        return report.deleted()

    async def expire(self, project: str, cutoffs: Cutoffs) -> Deleted:
        name = fit_text(project)
        report = Report()
        if cutoffs.threads_ns:
            await self._delete_threads(report, name, "updated_at_ns < $2", cutoffs.threads_ns)
            # Tombstones as old as that keep nothing away any more.
            await self._database.rows(
                "DELETE FROM threads WHERE project = $1 AND removed AND updated_at_ns < $2",
                name,
                cutoffs.threads_ns,
            )
        if before_ns := cutoffs.elements_ns:
            await self._repeat(
                report,
                lambda c: deletion.delete_old_elements(c, name, before_ns, ROWS_AT_ONCE),
                ROWS_AT_ONCE,
            )
        if cutoffs.spans_ns:
            await self._expire_spans(report, name, cutoffs.spans_ns)
        if cutoffs.bodies_ns:
            await self._empty_bodies(report, name, cutoffs.bodies_ns)
        await self._database.rows(
            "DELETE FROM processes WHERE seen_at_ns < $1", time.time_ns() - PROCESSES_KEPT_NS
        )
        return report.deleted()

    async def _delete_threads(self, report: Report, project: str, where: str, value: Any) -> None:
        while True:
            found = await self._database.rows(
                f"SELECT thread_id FROM threads WHERE project = $1 AND {where} AND NOT removed "  # noqa: S608
                f"LIMIT {THREADS_AT_ONCE}",
                project,
                value,
            )
            ids = [row["thread_id"] for row in found]
            if not ids:
                return
            report.merge(
                await self._database.transaction(
                    lambda c, ids=ids: deletion.delete_threads(c, project, ids)  # type: ignore[misc]
                )
            )

    async def _expire_spans(self, report: Report, project: str, before_ns: int) -> None:
        report.merge(
            await self._database.transaction(
                lambda c: deletion.delete_scores_of_old_spans(c, project, before_ns)
            )
        )
        for name in await self._partitions.before(before_ns):
            try:
                dropped = await self._partitions.drop_if_only_of(project, name)
            except StoreError as error:
                # Someone reads it for long, or we do not own it: rows go one by one.
                logger.info("the partition %s is not dropped: %s", name, error)
                continue
            report.merge(dropped)
        await self._repeat(
            report,
            lambda c: deletion.delete_old_spans(c, project, before_ns, ROWS_AT_ONCE),
            ROWS_AT_ONCE,
        )

    async def _empty_bodies(self, report: Report, project: str, before_ns: int) -> None:
        values = {
            "project": project,
            "since_ns": 0,
            "before_ns": before_ns,
            "keys": list(BODY_KEYS),
            "prefixes": list(BODY_PREFIXES),
            "limit": ROWS_AT_ONCE,
        }
        while True:
            (row,) = await self._database.ask("empty_bodies", values)
            report.add("bodies", row["rows"], row["object_keys"])
            if row["rows"] < ROWS_AT_ONCE:
                return
            values["since_ns"] = row["last_ns"]

    async def _repeat(self, report: Report, step: Step, at_once: int) -> None:
        """Do a step in transactions of its own until there is nothing left for it."""
        while True:
            done, rows = await self._database.transaction(step)
            report.merge(done)
            if rows < at_once:
                return

    # --- copying --------------------------------------------------------------------------
    async def referenced(self, object_keys: Collection[str]) -> set[str]:
        keys = [fit_text(key) for key in object_keys]
        found = await self._database.ask("referenced", {"object_keys": keys})
        return {row["object_key"] for row in found}

    async def projects(self) -> list[str]:
        return [row["project"] for row in await self._database.ask("projects", {})]

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
        after = decode_key(cursor, sort_key_length(table)) if cursor else None
        query = scan_query(table, resumed=after is not None)
        values = {
            "project": project,
            "since_ns": since_ns,
            "until_ns": INT64_MAX if until_ns is None else until_ns,
            "limit": limit + 1,
            **{f"after_{number}": part for number, part in enumerate(after or ())},
        }
        found, more = await self._database.transaction(
            lambda c: read_page(c, query, query.arguments(values), limit)
        )
        items = [FROM_ROW[table](_without_sort_key(row)) for row in found]
        last = orjson.loads(found[-1]["sort_key"]) if more and found else []
        return Page(items, encode_key(tuple(last)) if last else None)

    # --- looking --------------------------------------------------------------------------
    async def sizes(self) -> list[TableSize]:
        sizes = []
        for name in TABLES:
            (rows,) = await self._database.rows(f"SELECT count(*) AS rows FROM {name}")  # noqa: S608
            (size,) = await self._database.ask("sizes", {"name": name})
            sizes.append(TableSize(name, rows["rows"], size["size"]))
        return sizes

    async def check(self) -> list[Finding]:
        return await self._database.call(check)


async def _delete_traces_of_user(connection: Any, project: str, user_id: str) -> tuple[Report, int]:
    found = await connection.fetch(
        "SELECT DISTINCT trace_id FROM spans "
        "WHERE project = $1 AND user_id = $2 AND user_id <> '' LIMIT $3",
        project,
        user_id,
        TRACES_AT_ONCE,
    )
    trace_ids = [row["trace_id"] for row in found]
    return await deletion.delete_traces(connection, project, trace_ids), len(trace_ids)


def _without_sort_key(row: Any) -> dict[str, Any]:
    values = dict(row)
    del values["sort_key"]
    return values
