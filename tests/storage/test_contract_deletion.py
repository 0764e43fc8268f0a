"""What every store does when a thread or a user is deleted."""

import time
from dataclasses import replace
from typing import Any

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.explore.query import Condition, SpanQuery
from spanlit.storage.store import Deleted
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import (
    SpanEvent,
)
from tests.storage.support import (
    END_OF_TIME_NS,
    PROJECT,
    SECOND,
    START_NS,
    TRACE,
    action,
    ask,
    dump,
    element,
    ended_span,
    open_span,
    score,
    session,
    thread,
    user,
    write_spans,
)

SECRET = "Rumpelstilzchen"
OTHER_TRACE = "f" * 32


def secretive(thread_id: str, trace_id: str, user_id: str) -> Batch:
    """A thread with the secret in everything that people and models write."""
    ids = {"thread_id": thread_id, "trace_id": trace_id}
    said: dict[str, Any] = {"said": SECRET, "deep": [{"er": f"my {SECRET}!"}]}
    blobs = {keys.INPUT_BLOB: f"blob of {thread_id}", keys.OUTPUT_BLOB: "shared"}
    return Batch(
        f"secrets of {thread_id}",
        spans=[
            ended_span(1, kind="turn", user_id=user_id, input=f"I am {SECRET}", **ids),
            ended_span(
                2,
                trace_id=trace_id,
                thread_id="",  # in a trace of the thread, and not stamped with it
                name=SECRET,
                status_message=SECRET,
                output=SECRET,
                attributes={"gen_ai.prompt.0": SECRET, **blobs},
                events=[SpanEvent("exception", START_NS, said)],
            ),
            open_span(3, user_id=user_id, input=SECRET, **ids),
        ],
        threads=[thread(thread_id, user_id=user_id, name=SECRET, tags=(SECRET,), metadata=said)],
        elements=[
            element(
                f"e of {thread_id}", name=SECRET, url=SECRET, object_key="k1", props=said, **ids
            )
        ],
        scores=[
            score(user_id=user_id, comment=SECRET, reasons=(SECRET,), metadata=said, **ids),
            score(trace_id=trace_id, thread_id="", name="x", label=SECRET, user_id="judge"),
            score(thread_id=thread_id, trace_id="", span_id="", label=SECRET, user_id=user_id),
        ],
        actions=[action(f"a of {thread_id}", label=SECRET, payload=said, **ids)],
        asks=[ask(f"q of {thread_id}", spec=said, answer=said, **ids)],
        sessions=[session(thread_id, user_id=user_id, state=said)],
    )


COUNTS = {
    "spans": 3,
    "threads": 1,
    "elements": 1,
    "scores": 3,
    "actions": 1,
    "asks": 1,
    "sessions": 1,
}


async def tables_with_the_secret(store: Store) -> list[str]:
    """Names of tables where the secret is, by whatever way."""
    found = [table for table, rows in (await dump(store)).items() if SECRET in repr(rows)]
    where = (Condition("text", "contains", SECRET.lower()),)
    query = SpanQuery(0, END_OF_TIME_NS, where=where)
    if (await store.explorer.spans(query)).items:
        found.append("explorer")
    return found


async def test_deleting_a_thread_leaves_nothing_of_it(store: Store) -> None:
    other = "f" * 32
    await store.write(
        Batch(
            "b",
            spans=[
                ended_span(1, kind="turn"),
                ended_span(2, thread_id=""),  # of a trace of the thread, and not stamped with it
                ended_span(3, kind="turn", trace_id=other, thread_id="thread-2"),
            ],
            threads=[thread(), thread("thread-2")],
            elements=[element(), element("e2", thread_id="thread-2")],
            scores=[score(), score(name="x", thread_id=""), score(trace_id=other, thread_id="t2")],
        )
    )
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    assert await store.thread(PROJECT, "thread-1") is None
    assert [t.id for t in (await store.threads(PROJECT, "user-1")).items] == ["thread-2"]
    assert await store.trace(PROJECT, TRACE) == []
    assert await store.thread_spans(PROJECT, "thread-1") == []
    assert await store.elements(PROJECT, "thread-1") == []
    assert await store.scores(PROJECT, trace_id=TRACE) == []
    assert len(await store.trace(PROJECT, other)) == 1
    assert len(await store.elements(PROJECT, "thread-2")) == 1
    assert len(await store.scores(PROJECT, trace_id=other)) == 1


async def test_a_late_row_does_not_revive_a_deleted_thread(store: Store) -> None:
    await store.write(Batch("b1", threads=[thread()]))
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    await store.write(Batch("b2", threads=[thread(updated_at_ns=START_NS + 1)]))
    assert await store.thread(PROJECT, "thread-1") is None
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    await store.housekeeping.delete_thread(PROJECT, "never-was")


async def test_a_secret_cannot_be_found_when_its_thread_is_deleted(store: Store) -> None:
    mine = secretive("thread-1", TRACE, "user-1")
    await store.write(mine)
    await store.write(Batch("b", threads=[thread("thread-2")], users=[user()]))
    later = ended_span(3, user_id="user-1", input=SECRET, output=SECRET)
    await write_spans(store, later, batch_id="later")
    assert set(await tables_with_the_secret(store)) >= {*COUNTS, "explorer"}
    deleted = await store.housekeeping.delete_thread(PROJECT, "thread-1")
    assert await tables_with_the_secret(store) == []
    assert deleted == Deleted(COUNTS, frozenset({"k1", "blob of thread-1", "shared"}))
    assert await dump(store) == {"threads": [thread("thread-2")], "users": [user()]}
    assert await store.housekeeping.delete_thread(PROJECT, "thread-1") == Deleted({})


async def test_threads_of_others_stay(store: Store) -> None:
    other = secretive("thread-2", OTHER_TRACE, "user-2")
    await store.write(other)
    before = await dump(store)
    foreign = replace(thread(), project="foreign")
    await store.write(Batch("foreign", threads=[foreign]))
    await store.write(secretive("thread-1", TRACE, "user-1"))
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    assert await dump(store) == before
    assert await store.thread("foreign", "thread-1") == foreign


async def test_a_row_from_a_clock_that_is_ahead_is_deleted_too(store: Store) -> None:
    ahead = thread(updated_at_ns=time.time_ns() + 3_600 * SECOND)
    await store.write(Batch("b1", threads=[ahead]))
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    await store.write(Batch("b2", threads=[ahead]))
    assert await store.thread(PROJECT, "thread-1") is None
    assert (await store.threads(PROJECT, "user-1")).items == []


async def test_removed_rows_go_with_their_thread(store: Store) -> None:
    removed: dict[str, Any] = {"removed": True, "updated_at_ns": START_NS + 1}
    await store.write(
        Batch(
            "b",
            spans=[ended_span(1, kind="turn"), ended_span(2, removed=True, input=SECRET)],
            elements=[element(name=SECRET, **removed)],
            scores=[score(comment=SECRET, **removed)],
            actions=[action(label=SECRET, **removed)],
        )
    )
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    # They would be seen again if only what removed them had been deleted.
    await store.write(Batch("b2", threads=[thread("thread-2")]))
    assert await tables_with_the_secret(store) == []


async def test_deleting_a_user_leaves_nothing_of_them(store: Store) -> None:
    await store.write(secretive("thread-1", TRACE, "user-1"))
    in_no_thread = ended_span(9, trace_id="e" * 32, thread_id="", user_id="user-1", input=SECRET)
    on_others = score(trace_id=OTHER_TRACE, thread_id="thread-2", user_id="user-1", comment=SECRET)
    kept = Batch(
        "kept",
        spans=[
            ended_span(1, kind="turn", trace_id=OTHER_TRACE, thread_id="thread-2", user_id="u2")
        ],
        threads=[thread("thread-2", user_id="u2")],
        users=[user(id="u2", identifier="u2")],
        scores=[score(trace_id=OTHER_TRACE, thread_id="thread-2", user_id="u2")],
    )
    await store.write(kept)
    await store.write(
        Batch("b", spans=[in_no_thread], users=[user(metadata={"a": SECRET})], scores=[on_others])
    )
    deleted = await store.housekeeping.delete_user(PROJECT, "user-1")
    assert await tables_with_the_secret(store) == []
    counts = {**COUNTS, "spans": COUNTS["spans"] + 1, "scores": COUNTS["scores"] + 1, "users": 1}
    assert deleted == Deleted(counts, frozenset({"k1", "blob of thread-1", "shared"}))
    found = await dump(store)
    assert found == {table: getattr(kept, table) for table in found}
    assert await store.user(PROJECT, "user-1") is None
    await store.write(Batch("late", users=[user()], threads=[thread()]))
    assert await store.user(PROJECT, "user-1") is None
    assert await store.thread(PROJECT, "thread-1") is None


async def test_deleting_a_user_who_never_was(store: Store) -> None:
    assert await store.housekeeping.delete_user(PROJECT, "nobody") == Deleted({})


@pytest.mark.newest
async def test_a_user_with_many_threads_and_traces(store: Store) -> None:
    threads = [thread(f"t{n}") for n in range(700)]
    spans = [
        ended_span(n, trace_id=f"{n:032x}", thread_id="t0" if n < 600 else f"t{n}")
        for n in range(700)
    ]
    await store.write(Batch("b", threads=threads, spans=spans))
    deleted = await store.housekeeping.delete_user(PROJECT, "user-1")
    assert deleted.rows == {"threads": 700, "spans": 700}
    assert await dump(store) == {}


async def test_who_still_refers_to_blobs(store: Store) -> None:
    await store.write(
        Batch(
            "b",
            elements=[
                element(object_key="picture"),
                element("removed", object_key="removed"),
                element("e3", object_key="shared", project="other"),
            ],
            spans=[
                ended_span(1, attributes={keys.OUTPUT_BLOB: "output"}),
                ended_span(2, attributes={keys.ATTRIBUTES_BLOB: "attributes"}, thread_id=""),
            ],
        )
    )
    gone = element("removed", object_key="removed", removed=True, updated_at_ns=START_NS + 1)
    await store.write(Batch("b2", elements=[gone]))
    keys_of_blobs = ["picture", "removed", "shared", "output", "attributes", "unknown", ""]
    held = {"picture", "shared", "output", "attributes"}
    assert await store.housekeeping.referenced(keys_of_blobs) == held
    assert await store.housekeeping.referenced([]) == set()
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    assert await store.housekeeping.referenced(keys_of_blobs) == {"shared"}
