"""Rows and waits for the tests of storage."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

from spanlit.storage import Batch, Store
from spanlit.storage.models import Action, Ask, Element, Page, Process, Score, Session, Thread, User
from spanlit.storage.store import TABLES
from spanlit.tracing.record import ENDED_VERSION, SpanRecord

SECOND = 10**9
START_NS = 1_790_000_000 * SECOND
TRACE = "0af7651916cd43dd8448eb211c80319c"
PROJECT = "default"
CORRECTED_VERSION = 1_795_000_000_000
END_OF_TIME_NS = 2**62


def span_id(number: int) -> str:
    return f"{number:016x}"


def open_span(number: int = 1, **changes: Any) -> SpanRecord:
    """A span that has not ended; `number` gives its id and the order of starts."""
    values: dict[str, Any] = {
        "trace_id": TRACE,
        "span_id": span_id(number),
        "name": f"span {number}",
        "start_time_ns": START_NS + number,
        "thread_id": "thread-1",
    }
    return SpanRecord(**values | changes)


def ended_span(number: int = 1, **changes: Any) -> SpanRecord:
    """A span that has ended after a second."""
    values: dict[str, Any] = {
        "end_time_ns": START_NS + number + SECOND,
        "version": ENDED_VERSION,
        "status": "ok",
    }
    return open_span(number, **values | changes)


def thread(thread_id: str = "thread-1", **changes: Any) -> Thread:
    values: dict[str, Any] = {
        "id": thread_id,
        "user_id": "user-1",
        "name": f"About {thread_id}",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Thread(**values | changes)


def user(**changes: Any) -> User:
    values: dict[str, Any] = {
        "id": "user-1",
        "identifier": "ada@example.org",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return User(**values | changes)


def element(element_id: str = "element-1", **changes: Any) -> Element:
    values: dict[str, Any] = {
        "id": element_id,
        "thread_id": "thread-1",
        "trace_id": TRACE,
        "span_id": span_id(1),
        "type": "image",
        "name": "chart.png",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Element(**values | changes)


def own_process(name: str = "own", **changes: Any) -> Process:
    """The heartbeat of the process of this test."""
    now = time.time_ns()
    values: dict[str, Any] = {"host": os.uname().nodename, "pid": os.getpid()} | changes
    return Process(id=name, started_at_ns=now, seen_at_ns=now, **values)


def score(**changes: Any) -> Score:
    values: dict[str, Any] = {
        "trace_id": TRACE,
        "span_id": span_id(1),
        "name": "helpful",
        "user_id": "user-1",
        "thread_id": "thread-1",
        "value": 1.0,
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Score(**values | changes)


def action(action_id: str = "action-1", **changes: Any) -> Action:
    values: dict[str, Any] = {
        "id": action_id,
        "thread_id": "thread-1",
        "trace_id": TRACE,
        "span_id": span_id(1),
        "name": "retry",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Action(**values | changes)


def ask(ask_id: str = "ask-1", **changes: Any) -> Ask:
    values: dict[str, Any] = {
        "id": ask_id,
        "thread_id": "thread-1",
        "trace_id": TRACE,
        "span_id": span_id(1),
        "type": "text",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Ask(**values | changes)


def session(thread_id: str = "thread-1", **changes: Any) -> Session:
    values: dict[str, Any] = {
        "thread_id": thread_id,
        "user_id": "user-1",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Session(**values | changes)


def process(process_id: str = "process-1", **changes: Any) -> Process:
    values: dict[str, Any] = {
        "id": process_id,
        "host": "host",
        "pid": 7,
        "started_at_ns": START_NS,
        "seen_at_ns": START_NS,
    }
    return Process(**values | changes)


async def write_spans(store: Store, *spans: SpanRecord, batch_id: str = "batch-1") -> None:
    await store.write(Batch(batch_id, spans=list(spans)))


async def scan_all(
    store: Store, table: str, *, project: str = PROJECT, limit: int = 1_000
) -> list[Any]:
    """All rows of a table, page by page."""
    rows: list[Any] = []
    cursor: str | None = None
    while True:
        page: Page[Any] = await store.housekeeping.scan(project, table, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows


async def dump(store: Store, project: str = PROJECT) -> dict[str, list[Any]]:
    """All rows of a project by table, without tables that have none."""
    found = {table: await scan_all(store, table, project=project) for table in TABLES}
    return {table: rows for table, rows in found.items() if rows}


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """Wait for something in another process or thread, which has no event to wait for."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.01)


async def await_until(true: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """The same, for coroutines."""
    await asyncio.to_thread(wait_until, true, what, timeout_s)
