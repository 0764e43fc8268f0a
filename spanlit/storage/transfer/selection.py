"""Which rows leave a store, and reading them page by page."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import get_args

from spanlit.storage.models import Page
from spanlit.storage.store import TABLES, Row, Store
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from .errors import TransferError

PAGE = 1_000
SPANS_PAGE = 500
"""Rows of a page; those of spans carry the bodies."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows to take.

    Args:
        projects: Names of projects; empty takes all.
        since_ns: Spans that started then or later; of the other tables, rows that changed then
            or later. Users are taken whatever their age, so that no thread lacks its owner.
        until_ns: Spans that started before. The other tables have no such limit.
        thread_id: Only this thread, with all that belongs to it.
        tables: Tables to take.
    """

    projects: tuple[str, ...] = ()
    since_ns: int = 0
    until_ns: int | None = None
    thread_id: str = ""
    tables: tuple[str, ...] = field(default_factory=lambda: tuple(TABLES))


async def select(store: Store, selection: Selection) -> AsyncIterator[Row]:
    """All rows of a selection, table by table in the order of `TABLES`.

    Raises:
        TransferError: The thread does not exist.
        StoreError: The store failed.
    """
    projects = selection.projects or tuple(await store.housekeeping.projects())
    if selection.thread_id:
        async for row in _thread_rows(store, projects, selection):
            yield row
        return
    for table in selection.tables:
        # Processes belong to no project: one scan returns all.
        for project in projects[:1] if table == "processes" else projects:
            async for row in _scan(store, project, table, selection):
                yield row


async def _scan(store: Store, project: str, table: str, selection: Selection) -> AsyncIterator[Row]:
    cursor: str | None = None
    while True:
        page: Page[Row] = await store.housekeeping.scan(
            project,
            table,
            cursor=cursor,
            limit=SPANS_PAGE if table == "spans" else PAGE,
            since_ns=0 if table == "users" else selection.since_ns,
            until_ns=selection.until_ns if table == "spans" else None,
        )
        for row in page.items:
            yield row
        cursor = page.next_cursor
        if cursor is None:
            return


async def _thread_rows(
    store: Store, projects: tuple[str, ...], selection: Selection
) -> AsyncIterator[Row]:
    thread_id = selection.thread_id
    found = [p for p in projects if await store.thread(p, thread_id) is not None]
    if not found:
        raise TransferError(f"There is no thread {thread_id}, at least not any more.")
    (project,) = found[:1]
    if "spans" in selection.tables:
        async for span in _thread_spans(store, project, selection):
            yield span
    for table, rows in (await _others(store, project, thread_id)).items():
        if table in selection.tables:
            for row in rows:
                yield row


async def _others(store: Store, project: str, thread_id: str) -> dict[str, list[Row]]:
    thread = await store.thread(project, thread_id)
    user = thread and await store.user(project, thread.user_id)
    session = await store.session(project, thread_id)
    return {
        "threads": [thread] if thread else [],
        "users": [user] if user else [],
        "elements": [*await store.elements(project, thread_id)],
        "scores": [*await store.scores(project, thread_id=thread_id)],
        "actions": [*await store.actions(project, thread_id)],
        "asks": [*await store.asks(project, thread_id)],
        "sessions": [session] if session else [],
    }


async def _thread_spans(
    store: Store, project: str, selection: Selection
) -> AsyncIterator[SpanRecord]:
    # Whole traces: spans of other instrumentations need not bear the id of the thread.
    seen: set[str] = set()
    before_ns: int | None = None
    while True:
        page = await store.thread_spans(
            project, selection.thread_id, kinds=KINDS, limit=SPANS_PAGE, before_ns=before_ns
        )
        new = list(dict.fromkeys(s.trace_id for s in page if s.trace_id not in seen))
        for trace_id in new:
            for span in _in_range(await store.trace(project, trace_id), selection):
                yield span
        seen.update(new)
        if len(page) < SPANS_PAGE:
            return
        oldest = min(span.start_time_ns for span in page)
        # One nanosecond of overlap for spans that started together, unless nothing else came.
        before_ns = oldest + 1 if before_ns is None or oldest + 1 < before_ns else oldest


def _in_range(spans: list[SpanRecord], selection: Selection) -> Iterator[SpanRecord]:
    until_ns = selection.until_ns
    for span in spans:
        if span.start_time_ns >= selection.since_ns and (
            until_ns is None or span.start_time_ns < until_ns
        ):
            yield span
