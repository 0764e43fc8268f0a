"""Rows and waits for the tests of storage."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from spanlit.storage.models import Element, Score, Thread, User
from spanlit.tracing.record import ENDED_VERSION, SpanRecord

SECOND = 10**9
START_NS = 1_790_000_000 * SECOND
TRACE = "0af7651916cd43dd8448eb211c80319c"
PROJECT = "default"


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


def thread(name: str = "thread-1", **changes: Any) -> Thread:
    values: dict[str, Any] = {
        "id": name,
        "user_id": "user-1",
        "name": f"About {name}",
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


def element(name: str = "element-1", **changes: Any) -> Element:
    values: dict[str, Any] = {
        "id": name,
        "thread_id": "thread-1",
        "trace_id": TRACE,
        "span_id": span_id(1),
        "type": "image",
        "name": "chart.png",
        "created_at_ns": START_NS,
        "updated_at_ns": START_NS,
    }
    return Element(**values | changes)


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


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """Wait for something in another process or thread, which has no event to wait for."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.01)


async def await_until(true: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """The same, for coroutines."""
    await asyncio.to_thread(wait_until, true, what, timeout_s)
