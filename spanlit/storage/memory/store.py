"""The memory store."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
from spanlit.storage.tree_row import tree_row
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from .explorer import MemoryExplorer
from .housekeeping import MemoryHousekeeping
from .rows import Rows


class MemoryStore:
    """All rows in dicts, with the semantics of a real store. Safe to share between threads.

    Unlike other stores an instance does not belong to one event loop, so the writer and the
    server of a process pass the same object around.
    """

    def __init__(self) -> None:
        self._rows = Rows()
        self._explorer = MemoryExplorer(self._rows)
        self._housekeeping = MemoryHousekeeping(self._rows)

    @property
    def explorer(self) -> Explorer:
        return self._explorer

    @property
    def housekeeping(self) -> Housekeeping:
        return self._housekeeping

    async def open(self, *, migrate: bool = True) -> None:
        """Nothing to do."""

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        """Nothing to do: the rows have no schema."""
        return []

    async def close(self) -> None:
        """Nothing to do: the rows stay for others who hold this object."""

    async def ping(self) -> None:
        """Nothing to do: memory always answers."""

    async def write(self, batch: Batch) -> int:
        with self._rows.lock:
            self._rows.put(batch)
        return 0

    # --- spans ----------------------------------------------------------------------------
    async def trace(self, project: str, trace_id: str, *, bodies: bool = True) -> list[SpanRecord]:
        with self._rows.lock:
            spans = [
                replace(span)
                for span in self._rows.traces.get((project, trace_id), {}).values()
                if not span.removed
            ]
        return sorted(spans if bodies else map(tree_row, spans), key=_start)

    async def span(self, project: str, trace_id: str, span_id: str) -> SpanRecord | None:
        with self._rows.lock:
            span = self._rows.traces.get((project, trace_id), {}).get(span_id)
            return None if span is None or span.removed else replace(span)

    async def thread_spans(
        self,
        project: str,
        thread_id: str,
        *,
        kinds: Sequence[Kind] = ("turn", "message"),
        limit: int = 2_000,
        before_ns: int | None = None,
    ) -> list[SpanRecord]:
        with self._rows.lock:
            spans = [
                replace(span)
                for span in self._rows.spans_of_thread(project, thread_id)
                if span.kind in kinds and (before_ns is None or span.start_time_ns < before_ns)
            ]
        return sorted(spans, key=_start)[-limit:]

    async def turn_totals(self, project: str, thread_id: str) -> dict[str, TurnTotals]:
        by_trace: dict[str, list[SpanRecord]] = {}
        with self._rows.lock:
            for span in self._rows.spans_of_thread(project, thread_id):
                if span.ended and span.status != "abandoned":
                    by_trace.setdefault(span.trace_id, []).append(span)
        return {trace_id: _totals(trace_id, spans) for trace_id, spans in by_trace.items()}

    async def open_spans(self, project: str, *, since_ns: int) -> list[SpanRecord]:
        with self._rows.lock:
            spans = [
                replace(span)
                for span in self._rows.spans(project)
                if not span.ended and not span.removed and span.start_time_ns > since_ns
            ]
        return sorted(spans, key=_start)

    # --- the rest -------------------------------------------------------------------------
    async def thread(self, project: str, thread_id: str) -> Thread | None:
        with self._rows.lock:
            return self._rows.tables["threads"].get((project, thread_id))

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        before = decode_cursor(cursor) if cursor else None
        with self._rows.lock:
            threads = [
                thread
                for thread in self._rows.of("threads", project)
                if thread.user_id == user_id
                and (before is None or (thread.updated_at_ns, thread.id) < before)
            ]
        threads.sort(key=lambda thread: (thread.updated_at_ns, thread.id), reverse=True)
        return thread_page(threads, limit)

    async def user(self, project: str, user_id: str) -> User | None:
        with self._rows.lock:
            return self._rows.tables["users"].get((project, user_id))

    async def elements(self, project: str, thread_id: str) -> list[Element]:
        return self._rows_of_thread("elements", project, thread_id)

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        with self._rows.lock:
            scores = [
                score
                for score in self._rows.of("scores", project)
                if (score.trace_id == trace_id if trace_id else score.thread_id == thread_id)
            ]
        return sorted(scores, key=_score_order)

    async def actions(self, project: str, thread_id: str) -> list[Action]:
        return self._rows_of_thread("actions", project, thread_id)

    async def asks(
        self, project: str, thread_id: str, *, status: AskStatus | None = None
    ) -> list[Ask]:
        asks = self._rows_of_thread("asks", project, thread_id)
        return [ask for ask in asks if status is None or ask.status == status]

    async def session(self, project: str, thread_id: str) -> Session | None:
        with self._rows.lock:
            return self._rows.tables["sessions"].get((project, thread_id))

    async def processes(self) -> list[Process]:
        since_ns = time.time_ns() - PROCESS_WINDOW_NS
        with self._rows.lock:
            processes = self._rows.tables["processes"].values()
            return [process for process in processes if process.seen_at_ns > since_ns]

    def _rows_of_thread(self, table: str, project: str, thread_id: str) -> list[Any]:
        with self._rows.lock:
            rows = [row for row in self._rows.of(table, project) if row.thread_id == thread_id]
        return sorted(rows, key=lambda row: (row.created_at_ns, row.id))


def _start(span: SpanRecord) -> tuple[int, str]:
    return span.start_time_ns, span.span_id


def _score_order(score: Score) -> tuple[int, str, str, str, str]:
    return score.created_at_ns, score.trace_id, score.span_id, score.name, score.user_id


def _totals(trace_id: str, spans: list[SpanRecord]) -> TurnTotals:
    calls = [span for span in spans if span.kind in MODEL_CALLS]
    return TurnTotals(
        trace_id=trace_id,
        span_count=len(spans),
        error_count=sum(span.status == "error" for span in spans),
        input_tokens=sum(span.input_tokens for span in calls),
        output_tokens=sum(span.output_tokens for span in calls),
        cost_usd=sum(span.cost_usd for span in calls),
    )
