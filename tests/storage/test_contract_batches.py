"""What every store does with batches: all kinds of rows, twice, at once, none."""

import asyncio
import time
from dataclasses import replace

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.store import TABLES
from tests.storage.support import (
    PROJECT,
    START_NS,
    TRACE,
    action,
    ask,
    dump,
    element,
    ended_span,
    open_span,
    process,
    score,
    session,
    thread,
    user,
    write_spans,
)


async def test_what_is_unknown_is_empty(store: Store) -> None:
    assert await store.trace(PROJECT, "0" * 32) == []
    assert await store.span(PROJECT, "0" * 32, "0" * 16) is None
    assert await store.thread_spans(PROJECT, "nobody") == []
    assert await store.turn_totals(PROJECT, "nobody") == {}
    assert await store.thread(PROJECT, "nobody") is None
    assert await store.user(PROJECT, "nobody") is None
    assert await store.elements(PROJECT, "nobody") == []
    assert await store.scores(PROJECT, thread_id="nobody") == []


async def test_projects_do_not_see_each_other(store: Store) -> None:
    await store.write(Batch("b", spans=[ended_span()], threads=[thread()], scores=[score()]))
    assert await store.trace("other", TRACE) == []
    assert await store.thread("other", "thread-1") is None
    assert await store.scores("other", trace_id=TRACE) == []


async def test_writing_a_batch_twice_leaves_one_copy(store: Store) -> None:
    batch = Batch("batch-1", spans=[ended_span(n, kind="llm", cost_usd=1) for n in range(3)])
    await store.write(batch)
    await store.write(batch)
    assert len(await store.trace(PROJECT, TRACE)) == 3
    assert (await store.turn_totals(PROJECT, "thread-1"))[TRACE].cost_usd == 3


async def test_an_empty_batch_is_fine(store: Store) -> None:
    await store.write(Batch("empty"))


@pytest.mark.newest
async def test_many_calls_at_once(store: Store) -> None:
    async def write_and_read(number: int) -> int:
        trace_id = f"{number:032x}"
        await write_spans(store, ended_span(number, trace_id=trace_id), batch_id=f"b{number}")
        return len(await store.trace(PROJECT, trace_id))

    assert await asyncio.gather(*map(write_and_read, range(20))) == [1] * 20
    await store.ping()


def everything() -> Batch:
    return Batch(
        "everything",
        spans=[ended_span(1, kind="turn"), open_span(2)],
        threads=[thread()],
        users=[user()],
        elements=[element()],
        scores=[score()],
        actions=[action()],
        asks=[ask()],
        sessions=[session()],
        processes=[process(seen_at_ns=time.time_ns())],
    )


async def test_a_batch_may_hold_rows_of_all_kinds(store: Store) -> None:
    batch = everything()
    assert await store.write(batch) == 0
    found = await dump(store)
    assert found == {table: getattr(batch, table) for table in TABLES}


async def test_rows_that_are_written_again_in_other_batches_are_there_once(store: Store) -> None:
    batch = everything()
    await store.write(batch)
    again = replace(batch, id="again")
    await store.write(again)
    await store.write(again)
    await asyncio.gather(*(store.write(replace(batch, id=f"at-once-{n}")) for n in range(4)))
    assert await dump(store) == {table: getattr(batch, table) for table in TABLES}
    assert await store.trace(PROJECT, TRACE) == batch.spans
    assert (await store.turn_totals(PROJECT, "thread-1"))[TRACE].span_count == 1
    assert await store.scores(PROJECT, trace_id=TRACE) == batch.scores


async def test_a_row_may_be_in_its_batch_twice(store: Store) -> None:
    batch = Batch(
        "b",
        spans=[open_span(version=1), ended_span(), open_span(version=0), ended_span()],
        threads=[thread(updated_at_ns=START_NS + 1), thread(name="old"), thread()],
        scores=[score(value=0.0, updated_at_ns=START_NS + 5), score(), score()],
        sessions=[session(), session(state={"n": 1}, updated_at_ns=START_NS + 1), session()],
    )
    await store.write(batch)
    assert await store.trace(PROJECT, TRACE) == [ended_span()]
    assert await store.thread(PROJECT, "thread-1") == batch.threads[0]
    assert await store.scores(PROJECT, trace_id=TRACE) == [batch.scores[0]]
    assert await store.session(PROJECT, "thread-1") == batch.sessions[1]
