"""A store that forgets: for unit tests, and for a run without any database."""

import threading
import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from .cursors import decode_cursor, thread_page
from .models import (
    MODEL_CALLS,
    PROCESS_WINDOW_NS,
    Element,
    Page,
    Process,
    Score,
    Thread,
    TurnTotals,
    User,
)
from .store import Batch
from .tree_row import tree_row


class _Versioned(Protocol):
    @property
    def updated_at_ns(self) -> int: ...


K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=_Versioned)


class MemoryStore:
    """All rows in dicts, with the semantics of a real store. Safe to share between threads.

    Unlike other stores an instance does not belong to one event loop, so the writer and the
    server of a process pass the same object around.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._traces: dict[tuple[str, str], dict[str, SpanRecord]] = {}
        self._traces_of_thread: dict[tuple[str, str], set[str]] = {}
        self._threads: dict[tuple[str, str], Thread] = {}
        self._deleted_threads: dict[tuple[str, str], int] = {}
        self._users: dict[tuple[str, str], User] = {}
        self._elements: dict[tuple[str, str], Element] = {}
        self._scores: dict[tuple[str, str, str, str, str], Score] = {}
        self._processes: dict[str, Process] = {}

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: the rows stay for others who hold this object."""

    async def ping(self) -> None:
        """Nothing to do: memory always answers."""

    # --- writing --------------------------------------------------------------------------
    async def write(self, batch: Batch) -> int:
        with self._lock:
            for span in batch.spans:
                self._put_span(span)
            for thread in batch.threads:
                self._put_thread(thread)
            for user in batch.users:
                _keep_newest(self._users, (user.project, user.id), user)
            for element in batch.elements:
                _keep_newest(self._elements, (element.project, element.id), element)
            for score in batch.scores:
                key = (score.project, score.trace_id, score.span_id, score.user_id, score.name)
                _keep_newest(self._scores, key, score)
            for process in batch.processes:
                known = self._processes.get(process.id)
                if known is None or known.seen_at_ns <= process.seen_at_ns:
                    self._processes[process.id] = process
        return 0

    def _put_span(self, span: SpanRecord) -> None:
        trace = self._traces.setdefault((span.project, span.trace_id), {})
        known = trace.get(span.span_id)
        if known is None or known.version < span.version:
            trace[span.span_id] = replace(span)
        if span.thread_id:
            traces = self._traces_of_thread.setdefault((span.project, span.thread_id), set())
            traces.add(span.trace_id)

    def _put_thread(self, thread: Thread) -> None:
        key = (thread.project, thread.id)
        if thread.updated_at_ns > self._deleted_threads.get(key, -1):
            _keep_newest(self._threads, key, thread)

    async def delete_thread(self, project: str, thread_id: str) -> None:
        with self._lock:
            key = (project, thread_id)
            self._threads.pop(key, None)
            self._deleted_threads[key] = time.time_ns()
            traces = self._traces_of_thread.pop(key, set())
            for trace_id in traces:
                self._traces.pop((project, trace_id), None)
            for element_key, element in list(self._elements.items()):
                if element.project == project and element.thread_id == thread_id:
                    del self._elements[element_key]
            for score_key, score in list(self._scores.items()):
                if score.project == project and (
                    score.thread_id == thread_id or score.trace_id in traces
                ):
                    del self._scores[score_key]

    # --- spans ----------------------------------------------------------------------------
    async def trace(self, project: str, trace_id: str, *, bodies: bool = True) -> list[SpanRecord]:
        with self._lock:
            spans = [
                replace(span)
                for span in self._traces.get((project, trace_id), {}).values()
                if not span.removed
            ]
        return sorted(spans if bodies else map(tree_row, spans), key=_start)

    async def span(self, project: str, trace_id: str, span_id: str) -> SpanRecord | None:
        with self._lock:
            span = self._traces.get((project, trace_id), {}).get(span_id)
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
        with self._lock:
            spans = [
                replace(span)
                for span in self._spans_of_thread(project, thread_id)
                if span.kind in kinds
                and not span.removed
                and (before_ns is None or span.start_time_ns < before_ns)
            ]
        return sorted(spans, key=_start)[-limit:]

    async def turn_totals(self, project: str, thread_id: str) -> dict[str, TurnTotals]:
        by_trace: dict[str, list[SpanRecord]] = {}
        with self._lock:
            for span in self._spans_of_thread(project, thread_id):
                if span.ended and not span.removed and span.status != "abandoned":
                    by_trace.setdefault(span.trace_id, []).append(span)
        return {trace_id: _totals(trace_id, spans) for trace_id, spans in by_trace.items()}

    async def open_spans(self, project: str, *, since_ns: int) -> list[SpanRecord]:
        with self._lock:
            spans = [
                replace(span)
                for (span_project, _), trace in self._traces.items()
                if span_project == project
                for span in trace.values()
                if not span.ended and not span.removed and span.start_time_ns > since_ns
            ]
        return sorted(spans, key=_start)

    def _spans_of_thread(self, project: str, thread_id: str) -> Iterator[SpanRecord]:
        for trace_id in self._traces_of_thread.get((project, thread_id), ()):
            for span in self._traces.get((project, trace_id), {}).values():
                if span.thread_id == thread_id:
                    yield span

    # --- the rest -------------------------------------------------------------------------
    async def thread(self, project: str, thread_id: str) -> Thread | None:
        with self._lock:
            return self._threads.get((project, thread_id))

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        before = decode_cursor(cursor) if cursor else None
        with self._lock:
            threads = [
                thread
                for thread in self._threads.values()
                if thread.project == project
                and thread.user_id == user_id
                and (before is None or (thread.updated_at_ns, thread.id) < before)
            ]
        threads.sort(key=lambda thread: (thread.updated_at_ns, thread.id), reverse=True)
        return thread_page(threads, limit)

    async def user(self, project: str, user_id: str) -> User | None:
        with self._lock:
            return self._users.get((project, user_id))

    async def elements(self, project: str, thread_id: str) -> list[Element]:
        with self._lock:
            elements = [
                element
                for element in self._elements.values()
                if element.project == project and element.thread_id == thread_id
            ]
        return sorted(elements, key=lambda element: (element.created_at_ns, element.id))

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        with self._lock:
            scores = [
                score
                for score in self._scores.values()
                if score.project == project
                and not score.removed
                and (score.trace_id == trace_id if trace_id else score.thread_id == thread_id)
            ]
        return sorted(scores, key=lambda score: (score.created_at_ns, score.span_id, score.name))

    async def processes(self) -> list[Process]:
        since_ns = time.time_ns() - PROCESS_WINDOW_NS
        with self._lock:
            return [p for p in self._processes.values() if p.seen_at_ns > since_ns]


def _keep_newest(rows: dict[K, R], key: K, row: R) -> None:
    known = rows.get(key)
    if known is None or known.updated_at_ns <= row.updated_at_ns:
        rows[key] = row


def _start(span: SpanRecord) -> tuple[int, str]:
    return span.start_time_ns, span.span_id


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
