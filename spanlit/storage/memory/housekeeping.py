"""Deleting and copying the rows of a memory store."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from spanlit.storage.bodies import blobs_of, has_bodies, without_bodies
from spanlit.storage.cursors import decode_key, encode_key
from spanlit.storage.models import Page
from spanlit.storage.store import TABLES, TABLES_OF_TRACES, Cutoffs, Deleted, Finding, TableSize
from spanlit.tracing.record import SpanRecord

from .rows import KEYS, Rows, time_of

SORT_KEY_LENGTHS = {
    "spans": 3,
    "threads": 3,
    "users": 3,
    "elements": 4,
    "scores": 7,
    "actions": 4,
    "asks": 4,
    "sessions": 3,
    "processes": 2,
}
"""How many parts the keys have by which `scan` sorts: a time, and what identifies a row."""


class MemoryHousekeeping:
    """A `Housekeeping` of `Rows`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def delete_thread(self, project: str, thread_id: str) -> Deleted:
        with self._rows.lock:
            deletion = _Deletion(self._rows, project)
            deletion.delete_threads({thread_id})
            return deletion.report()

    async def delete_user(self, project: str, user_id: str) -> Deleted:
        with self._rows.lock:
            rows, deletion = self._rows, _Deletion(self._rows, project)
            deletion.delete_threads(
                {row.id for row in rows.of("threads", project) if row.user_id == user_id}
            )
            deletion.delete_traces(
                {span.trace_id for span in rows.spans(project) if span.user_id == user_id}
            )
            for table in ("scores", "sessions"):
                deletion.delete_rows(table, lambda row: row.user_id == user_id)
            deletion.bury("users", user_id)
            return deletion.report()

    async def expire(self, project: str, cutoffs: Cutoffs) -> Deleted:
        with self._rows.lock:
            rows, deletion = self._rows, _Deletion(self._rows, project)
            if before_ns := cutoffs.threads_ns:
                deletion.delete_threads(
                    {r.id for r in rows.of("threads", project) if r.updated_at_ns < before_ns}
                )
                rows.forget_tombstones("threads", project, before_ns)
            if before_ns := cutoffs.elements_ns:
                deletion.delete_rows("elements", lambda row: row.updated_at_ns < before_ns)
            if before_ns := cutoffs.spans_ns:
                deletion.delete_spans(lambda span: span.start_time_ns < before_ns)
            if before_ns := cutoffs.bodies_ns:
                deletion.empty_bodies(before_ns)
            return deletion.report()

    async def referenced(self, object_keys: Collection[str]) -> set[str]:
        wanted = set(filter(None, object_keys))
        with self._rows.lock:
            found = {
                element.object_key
                for element in self._rows.tables["elements"].values()
                if not element.removed
            }
            for trace in self._rows.traces.values():
                for span in trace.values():
                    found |= blobs_of(span)
        return wanted & found

    async def projects(self) -> list[str]:
        with self._rows.lock:
            projects = {project for project, _ in self._rows.traces}
            projects |= {thread.project for thread in self._rows.tables["threads"].values()}
        return sorted(projects)

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
        after = decode_key(cursor, SORT_KEY_LENGTHS[table]) if cursor else (since_ns,)
        with self._rows.lock:
            rows = sorted(self._keyed(project, table), key=lambda keyed: keyed[0])
        rows = [
            (key, row)
            for key, row in rows
            if key > after and key[0] >= since_ns and (until_ns is None or key[0] < until_ns)
        ]
        more = len(rows) > limit
        items = [replace(row) for _, row in rows[:limit]]
        return Page(items, encode_key(rows[limit - 1][0]) if more else None)

    def _keyed(self, project: str, table: str) -> list[tuple[tuple[Any, ...], Any]]:
        if table == "spans":
            return [
                ((span.start_time_ns, span.trace_id, span.span_id), span)
                for span in self._rows.spans(project)
                if not span.removed
            ]
        key_of = KEYS[table]
        rows = (
            self._rows.tables[table].values()
            if table == "processes"
            else self._rows.of(table, project)
        )
        return [((time_of(row), *key_of(row)), row) for row in rows]

    async def sizes(self) -> list[TableSize]:
        with self._rows.lock:
            spans = [span for trace in self._rows.traces.values() for span in trace.values()]
            tables = {name: list(table.values()) for name, table in self._rows.tables.items()}
        tables["spans"] = spans
        return [TableSize(name, len(tables[name]), _size(tables[name])) for name in TABLES]

    async def check(self) -> list[Finding]:
        return [
            Finding(
                "warning",
                "storage.url is memory: everything is gone when this process ends; set it to "
                "chdb: to keep conversations",
            )
        ]


class _Deletion:
    """One deletion, and what it took away."""

    def __init__(self, rows: Rows, project: str) -> None:
        self._rows = rows
        self._project = project
        self._counts: Counter[str] = Counter()
        self._object_keys: set[str] = set()

    def report(self) -> Deleted:
        return Deleted(+self._counts, frozenset(self._object_keys))

    def delete_threads(self, thread_ids: Collection[str]) -> None:
        for thread_id in thread_ids:
            self.bury("threads", thread_id)
            traces = self._rows.traces_of_thread.pop((self._project, thread_id), set())
            self.delete_traces(traces, tables=("scores",))
        for table in (*TABLES_OF_TRACES, "sessions"):
            self.delete_rows(table, lambda row: row.thread_id in thread_ids)

    def delete_traces(
        self, trace_ids: Collection[str], *, tables: Collection[str] = TABLES_OF_TRACES
    ) -> None:
        self.delete_spans(lambda span: span.trace_id in trace_ids)
        for table in tables:
            self.delete_rows(table, lambda row: row.trace_id in trace_ids)

    def delete_spans(self, goes: Callable[[SpanRecord], bool]) -> None:
        """Delete spans with the scores on them; those on a trace go with its last span."""
        gone = [span for span in self._rows.spans(self._project) if goes(span)]
        for span in gone:
            trace = self._rows.traces[span.project, span.trace_id]
            del trace[span.span_id]
            if not trace:
                del self._rows.traces[span.project, span.trace_id]
            self._object_keys |= blobs_of(span)
        self._counts["spans"] += len(gone)
        spans = {(span.trace_id, span.span_id) for span in gone}
        spans |= {
            (span.trace_id, "")
            for span in gone
            if (self._project, span.trace_id) not in self._rows.traces
        }
        self.delete_rows("scores", lambda score: (score.trace_id, score.span_id) in spans)

    def empty_bodies(self, before_ns: int) -> None:
        for span in list(self._rows.spans(self._project)):
            if span.start_time_ns < before_ns and has_bodies(span):
                self._object_keys |= blobs_of(span)
                trace = self._rows.traces[span.project, span.trace_id]
                trace[span.span_id] = without_bodies(span)
                self._counts["bodies"] += 1

    def delete_rows(self, table: str, goes: Callable[[Any], bool]) -> None:
        """Delete rows of a table but `spans`, removed ones included."""
        rows = [
            row
            for row in self._rows.tables[table].values()
            if row.project == self._project and goes(row)
        ]
        self._counts[table] += self._rows.remove(table, rows)
        if table == "elements":
            self._object_keys |= {row.object_key for row in rows if row.object_key}

    def bury(self, table: str, row_id: str) -> None:
        """Delete a thread or user so that a late row does not bring it back."""
        key = (self._project, row_id)
        row = self._rows.tables[table].pop(key, None)
        self._counts[table] += row is not None
        known_ns = self._rows.tombstones.get((table, key), 0)
        # A clock that is ahead may have stamped the newest row.
        newest_ns = max(known_ns, row.updated_at_ns if row else 0)
        self._rows.tombstones[table, key] = max(time.time_ns(), newest_ns)


def _size(rows: list[Any]) -> int:
    return sum(len(repr(row)) for row in rows)
