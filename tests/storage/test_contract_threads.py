"""What every store does with threads, users and processes."""

import time
from dataclasses import replace

import pytest

from spanlit.storage import Batch, Store, StoreRefused
from spanlit.storage.models import Process
from tests.storage.support import (
    PROJECT,
    SECOND,
    START_NS,
    element,
    thread,
    user,
)


async def test_threads_users_and_elements_come_back(store: Store) -> None:
    rows = thread(tags=("a", "b"), metadata={"plan": {"seats": 5}, "vip": True})
    someone = user(display_name="Ada", metadata={"locale": "de"})
    picture = element(mime="image/png", url="https://x", object_key="k", size=2**40, props={"w": 1})
    await store.write(Batch("b", threads=[rows], users=[someone], elements=[picture]))
    assert await store.thread(PROJECT, "thread-1") == rows
    assert await store.user(PROJECT, "user-1") == someone
    assert await store.elements(PROJECT, "thread-1") == [picture]


async def test_the_latest_change_wins_in_any_order(store: Store) -> None:
    new, old = thread(metadata={"n": 2}, updated_at_ns=START_NS + 2), thread()
    await store.write(Batch("b1", threads=[new]))
    await store.write(Batch("b2", threads=[old]))
    found = await store.thread(PROJECT, "thread-1")
    assert found == new
    assert len((await store.threads(PROJECT, "user-1")).items) == 1


async def test_threads_are_paged_latest_change_first(store: Store) -> None:
    threads = [thread(f"t{n}", updated_at_ns=START_NS + n // 2) for n in range(7)]
    await store.write(Batch("b", threads=[*threads, thread("foreign", user_id="user-2")]))
    names: list[str] = []
    cursor = None
    for number in range(3):
        page = await store.threads(PROJECT, "user-1", limit=3, cursor=cursor)
        names += [item.id for item in page.items]
        cursor = page.next_cursor
        # A thread that changes meanwhile is on top of page one, and moves nothing below.
        late = thread("new", updated_at_ns=START_NS + SECOND + number)
        await store.write(Batch(f"late-{number}", threads=[late]))
    assert names == ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    assert cursor is None


async def test_a_full_last_page_has_no_cursor(store: Store) -> None:
    await store.write(Batch("b", threads=[thread("a"), thread("b")]))
    assert (await store.threads(PROJECT, "user-1", limit=2)).next_cursor is None


async def test_a_foreign_cursor_is_refused(store: Store) -> None:
    for cursor in ("x", "🎉", "WzEsMl0", "bnVsbA", "e30", "A" * 5_000):
        with pytest.raises(StoreRefused, match="not a page cursor"):
            await store.threads(PROJECT, "user-1", cursor=cursor)


async def test_processes_show_their_last_heartbeat(store: Store) -> None:
    now = time.time_ns()
    beats = [Process("p1", "host", 7, now, now + n) for n in range(3)]
    old = Process("p2", "host", 8, now - 3 * 86_400 * SECOND, now - 2 * 86_400 * SECOND)
    for number, beat in enumerate([beats[1], beats[0], replace(beats[2], stopped=True), old]):
        await store.write(Batch(f"b{number}", processes=[beat]))
    assert await store.processes() == [replace(beats[2], stopped=True)]


async def test_a_thread_belongs_to_its_newest_owner_only(store: Store) -> None:
    await store.write(Batch("b1", threads=[thread(), thread("t2")]))
    moved = thread(user_id="user-2", updated_at_ns=START_NS + 1)
    await store.write(Batch("b2", threads=[moved]))
    assert [t.id for t in (await store.threads(PROJECT, "user-1")).items] == ["t2"]
    assert (await store.threads(PROJECT, "user-2")).items == [moved]


async def test_an_older_row_of_a_user_does_not_win(store: Store) -> None:
    new = user(display_name="Ada", updated_at_ns=START_NS + 2)
    await store.write(Batch("b1", users=[new]))
    await store.write(Batch("b2", users=[user(display_name="ada")]))
    assert await store.user(PROJECT, "user-1") == new
