"""What every store does with what hangs on a thread: elements, actions, asks, a session."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.models import Action, Ask, AskStatus, Element
from tests.storage.support import (
    PROJECT,
    SECOND,
    START_NS,
    action,
    ask,
    element,
    scan_all,
    session,
)

Hanging = Element | Action | Ask
ROWS: dict[str, Any] = {
    "elements": element(props={"w": 1}, size=2**40),
    "actions": action(
        label="Try again", tooltip="once", icon="rotate-ccw", payload={"n": [1, {"deep": None}]}
    ),
    "asks": ask(
        spec={"prompt": "Sure?", "choices": ["yes", "no"]},
        status="answered",
        answer={"value": "yes"},
        expires_at_ns=START_NS + 60 * SECOND,
    ),
}


async def of_thread(store: Store, table: str, thread_id: str = "thread-1") -> list[Hanging]:
    read: Callable[[str, str], Awaitable[list[Hanging]]] = getattr(store, table)
    return await read(PROJECT, thread_id)


def batch_of(batch_id: str, table: str, *rows: object) -> Batch:
    return Batch(batch_id, **{table: list(rows)})  # type: ignore[arg-type]


each_kind = pytest.mark.parametrize("table", ROWS)


@each_kind
async def test_they_come_back_oldest_first(store: Store, table: str) -> None:
    row = ROWS[table]
    later = replace(row, id="later", created_at_ns=START_NS + 1)
    elsewhere = replace(row, id="elsewhere", thread_id="thread-2")
    await store.write(batch_of("b", table, later, elsewhere, row))
    assert await of_thread(store, table) == [row, later]
    assert await of_thread(store, table, "thread-2") == [elsewhere]
    assert await of_thread(store, table, "nobody") == []


@each_kind
async def test_their_latest_change_wins_in_any_order(store: Store, table: str) -> None:
    old, new = ROWS[table], replace(ROWS[table], span_id="new", updated_at_ns=START_NS + 1)
    await store.write(batch_of("b1", table, new))
    await store.write(batch_of("b2", table, old))
    assert await of_thread(store, table) == [new]


@pytest.mark.parametrize("table", ["elements", "actions"])
async def test_removed_ones_are_gone_until_they_come_anew(store: Store, table: str) -> None:
    row = ROWS[table]
    removed = replace(row, removed=True, updated_at_ns=START_NS + 2)
    await store.write(batch_of("b1", table, row))
    await store.write(batch_of("b2", table, removed))
    await store.write(batch_of("b3", table, replace(row, updated_at_ns=START_NS + 1)))
    assert await of_thread(store, table) == []
    assert await scan_all(store, table) == []
    again = replace(row, updated_at_ns=START_NS + 3)
    await store.write(batch_of("b4", table, again))
    assert await of_thread(store, table) == [again]


async def test_asks_are_found_by_their_status(store: Store) -> None:
    statuses: list[AskStatus] = ["pending", "answered", "timeout", "cancelled", "pending"]
    asks = [ask(f"ask-{n}", status=status) for n, status in enumerate(statuses)]
    await store.write(Batch("b1", asks=asks))
    assert await store.asks(PROJECT, "thread-1", status="pending") == [asks[0], asks[4]]
    answered = replace(asks[0], status="answered", answer={"v": 1}, updated_at_ns=START_NS + 1)
    await store.write(Batch("b2", asks=[answered]))
    assert await store.asks(PROJECT, "thread-1", status="pending") == [asks[4]]
    assert await store.asks(PROJECT, "thread-1", status="answered") == [answered, asks[1]]
    assert await store.asks(PROJECT, "thread-1") == [answered, *asks[1:]]


async def test_a_session_is_what_was_remembered_last(store: Store) -> None:
    assert await store.session(PROJECT, "thread-1") is None
    new = session(state={"n": 2, "deep": {"list": [1, None, "x"]}}, updated_at_ns=START_NS + 2)
    await store.write(Batch("b1", sessions=[new, session("thread-2")]))
    await store.write(Batch("b2", sessions=[session(state={"n": 1})]))
    assert await store.session(PROJECT, "thread-1") == new
    assert await store.session("other", "thread-1") is None
