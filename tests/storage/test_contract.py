"""What every store does, whatever it is made of."""

import asyncio
import time
from dataclasses import replace

import pytest

from spanlit.storage import Batch, Store, StoreRefused
from spanlit.storage.models import Process, TurnTotals
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import (
    ABANDONED_VERSION,
    ENDED_VERSION,
    SpanEvent,
    SpanLink,
    SpanRecord,
)
from spanlit.tracing.types import AttributeValue, Kind
from tests.storage.support import (
    PROJECT,
    SECOND,
    START_NS,
    TRACE,
    element,
    ended_span,
    open_span,
    score,
    span_id,
    thread,
    user,
)

CORRECTED_VERSION = 1_795_000_000_000


async def write_spans(store: Store, *spans: SpanRecord, batch_id: str = "batch-1") -> None:
    await store.write(Batch(batch_id, spans=list(spans)))


# --- spans ----------------------------------------------------------------------------------
async def test_a_span_comes_back_as_it_was(store: Store) -> None:
    span = ended_span(
        parent_span_id=span_id(9),
        kind="llm",
        otel_kind="CLIENT",
        status="error",
        status_message="429: too many requests",
        input="what's \\ this?\n\t'quoted' \"too\"",
        output="Grüße, 你好, 🎉",
        user_id="user-1",
        provider="openai",
        model="gpt-4o",
        input_tokens=12,
        output_tokens=34,
        cached_tokens=5,
        reasoning_tokens=6,
        cost_usd=0.000123,
        ttft_ms=187.25,
        document_count=0,
        process_id="process-1",
        trace_state="a=b",
        scope_name="openai",
        scope_version="3.0",
        attributes={
            "text": "yes",
            "empty": "",
            "integer": 7,
            "huge": 2**60 + 1,
            "float": 0.5,
            "true": True,
            "list": ["a", 1, None],
            "object": {"nested": {"deep": [1.5]}},
            "none": None,
        },
        resource={"service.name": "demo", "process.pid": 42},
        events=[SpanEvent("first_token", START_NS + 5, {"index": 0})],
        links=[SpanLink("f" * 32, "e" * 16, {"why": "retry"})],
    )
    await write_spans(store, span)
    assert await store.trace(PROJECT, TRACE) == [span]
    assert await store.span(PROJECT, TRACE, span.span_id) == span


async def test_an_open_span_has_no_end(store: Store) -> None:
    await write_spans(store, open_span())
    (span,) = await store.trace(PROJECT, TRACE)
    assert (span.end_time_ns, span.status, span.document_count) == (None, "running", None)


async def test_times_are_exact_to_the_nanosecond(store: Store) -> None:
    times = [START_NS + 1, START_NS + 999_999_999, START_NS + SECOND]
    spans = [ended_span(n, start_time_ns=t, end_time_ns=t + 1) for n, t in enumerate(times)]
    await write_spans(store, *spans)
    found = await store.trace(PROJECT, TRACE)
    assert [(s.start_time_ns, s.end_time_ns) for s in found] == [(t, t + 1) for t in times]


async def test_a_trace_is_sorted_by_start(store: Store) -> None:
    await write_spans(store, ended_span(3), ended_span(1), open_span(2))
    assert [s.span_id for s in await store.trace(PROJECT, TRACE)] == [
        span_id(1),
        span_id(2),
        span_id(3),
    ]


async def test_a_trace_without_bodies_keeps_what_a_tree_needs(store: Store) -> None:
    shown: dict[str, AttributeValue] = {
        keys.STEP_ICON: "search",
        keys.STEP_DEFAULT_OPEN: True,
        keys.STEP_LANGUAGE: "json",
        keys.MESSAGE_ROLE: "assistant",
        keys.MESSAGE_AUTHOR: "Ada",
        keys.MESSAGE_IS_ERROR: False,
        keys.COMMAND_ID: "command-1",
    }
    span = ended_span(
        kind="message",
        input="question " * 100,
        output="Größe 🎉 " * 100,
        attributes=shown | {"a": 1, "b": "text", "spanlit.step.tags": ["x"]},
        resource={"r": 1},
        events=[SpanEvent("e", START_NS, {})],
        links=[SpanLink("f" * 32, "e" * 16, {})],
        cost_usd=0.5,
    )
    await write_spans(store, span)
    bare = replace(
        span,
        input=span.input[:200],
        output=span.output[:200],
        attributes=shown,
        resource={},
        events=[],
        links=[],
    )
    assert await store.trace(PROJECT, TRACE, bodies=False) == [bare]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
async def test_the_highest_version_wins_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    versions = [
        open_span(version=0),
        open_span(version=3, output="so far"),
        open_span(version=ABANDONED_VERSION, end_time_ns=START_NS + 5, status="abandoned"),
        ended_span(version=ENDED_VERSION, output="all"),
        ended_span(version=CORRECTED_VERSION, output="all, corrected"),
    ]
    for number in order:
        await write_spans(store, versions[number], batch_id=f"batch-{number}")
    assert await store.trace(PROJECT, TRACE) == [versions[-1]]
    assert await store.span(PROJECT, TRACE, span_id(1)) == versions[-1]
    assert await store.thread_spans(PROJECT, "thread-1", kinds=["other"]) == [versions[-1]]
    assert await store.open_spans(PROJECT, since_ns=0) == []


async def test_a_removed_span_is_gone(store: Store) -> None:
    await write_spans(store, ended_span(1), ended_span(2, kind="turn"))
    gone = ended_span(2, kind="turn", version=CORRECTED_VERSION, removed=True)
    await write_spans(store, gone, batch_id="batch-2")
    assert [s.span_id for s in await store.trace(PROJECT, TRACE)] == [span_id(1)]
    assert await store.span(PROJECT, TRACE, span_id(2)) is None
    assert await store.thread_spans(PROJECT, "thread-1") == []
    assert (await store.turn_totals(PROJECT, "thread-1"))[TRACE].span_count == 1


async def test_a_span_removed_while_open_is_not_open(store: Store) -> None:
    await write_spans(store, open_span(version=1))
    await write_spans(store, open_span(version=2, removed=True), batch_id="batch-2")
    assert await store.open_spans(PROJECT, since_ns=0) == []


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


# --- bad values -----------------------------------------------------------------------------
async def test_values_that_fit_no_column_do_not_harm_their_batch(store: Store) -> None:
    odd = ended_span(
        2,
        name="lone \ud800 surrogate",
        input="pair \ud83d\ude00",
        input_tokens=-5,
        output_tokens=2**70,
        cost_usd=float("inf"),
        start_time_ns=START_NS + 2,
        attributes={"\udfff": "\udfff", "big": 2**80, "nan": float("nan"), "set": {1}},
    )
    wrong_types = ended_span(3, output=None, model=5, attributes={"a": b"bytes"})
    await write_spans(store, ended_span(1), odd, wrong_types, ended_span(4))
    assert len(await store.trace(PROJECT, TRACE)) == 4


async def test_absurd_times_do_not_harm_their_batch(store: Store) -> None:
    times = [-1, 0, 2**62, 2**70]
    spans = [ended_span(n, start_time_ns=t, end_time_ns=t + 1) for n, t in enumerate(times, 2)]
    await write_spans(store, ended_span(1), *spans)
    assert len(await store.trace(PROJECT, TRACE)) == 5


# --- threads as conversations ---------------------------------------------------------------
async def test_thread_spans_are_turns_and_messages(store: Store) -> None:
    kinds: list[Kind] = ["turn", "message", "llm", "message", "tool"]
    spans = [ended_span(n, kind=kind, trace_id=f"{n:032x}") for n, kind in enumerate(kinds)]
    await write_spans(store, *spans, ended_span(9, kind="message", thread_id="thread-2"))
    found = await store.thread_spans(PROJECT, "thread-1")
    assert found == [spans[0], spans[1], spans[3]]
    assert await store.thread_spans(PROJECT, "thread-1", kinds=["tool"]) == [spans[4]]


async def test_thread_spans_go_back_page_by_page(store: Store) -> None:
    await write_spans(store, *(ended_span(n, kind="message") for n in range(7)))
    last = await store.thread_spans(PROJECT, "thread-1", limit=3)
    assert [s.span_id for s in last] == [span_id(4), span_id(5), span_id(6)]
    before = await store.thread_spans(PROJECT, "thread-1", limit=3, before_ns=last[0].start_time_ns)
    assert [s.span_id for s in before] == [span_id(1), span_id(2), span_id(3)]


async def test_totals_count_model_calls_once(store: Store) -> None:
    call = {"input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25}
    await write_spans(
        store,
        ended_span(1, kind="turn", **call),  # repeats what its children used
        ended_span(2, kind="llm", **call),
        ended_span(3, kind="embedding", **call),
        ended_span(4, kind="tool", status="error"),
        open_span(5, kind="llm", **call),
        open_span(6, kind="llm", version=ABANDONED_VERSION, end_time_ns=START_NS + 6,
                  status="abandoned", **call),
    )  # fmt: skip
    corrected = ended_span(2, kind="llm", version=CORRECTED_VERSION, **call)
    await write_spans(store, corrected, batch_id="batch-2")
    assert await store.turn_totals(PROJECT, "thread-1") == {
        TRACE: TurnTotals(
            TRACE, span_count=4, error_count=1, input_tokens=20, output_tokens=10, cost_usd=0.5
        )
    }


async def test_open_spans_are_those_without_an_end(store: Store) -> None:
    await write_spans(store, open_span(1), open_span(2, version=4, input="x"), open_span(3))
    await write_spans(store, ended_span(3), ended_span(4), batch_id="batch-2")
    assert await store.open_spans(PROJECT, since_ns=START_NS) == [
        open_span(1),
        open_span(2, version=4, input="x"),
    ]
    assert await store.open_spans(PROJECT, since_ns=START_NS + 1) == [
        open_span(2, version=4, input="x")
    ]


# --- the rest -------------------------------------------------------------------------------
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


@pytest.mark.parametrize("cursor", ["x", "🎉", "WzEsMl0", "bnVsbA", "e30", "A" * 5_000])
async def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(StoreRefused, match="not a page cursor"):
        await store.threads(PROJECT, "user-1", cursor=cursor)


async def test_a_second_score_replaces_the_first(store: Store) -> None:
    await store.write(Batch("b1", scores=[score(value=1.0), score(user_id="user-2", value=0.0)]))
    second = score(value=0.0, comment="no", updated_at_ns=START_NS + 1, metadata={"a": 1})
    await store.write(Batch("b2", scores=[second]))
    found = await store.scores(PROJECT, trace_id=TRACE)
    assert {s.user_id: s.value for s in found} == {"user-1": 0.0, "user-2": 0.0}
    assert second in await store.scores(PROJECT, thread_id="thread-1")


async def test_a_removed_score_is_gone(store: Store) -> None:
    await store.write(Batch("b1", scores=[score()]))
    await store.write(Batch("b2", scores=[score(removed=True, updated_at_ns=START_NS + 1)]))
    assert await store.scores(PROJECT, trace_id=TRACE) == []


async def test_scores_may_lack_a_value(store: Store) -> None:
    labelled = score(value=None, label="spam", source="judge")
    await store.write(Batch("b", scores=[labelled]))
    assert await store.scores(PROJECT, trace_id=TRACE) == [labelled]


async def test_processes_show_their_last_heartbeat(store: Store) -> None:
    now = time.time_ns()
    beats = [Process("p1", "host", 7, now, now + n) for n in range(3)]
    old = Process("p2", "host", 8, now - 3 * 86_400 * SECOND, now - 2 * 86_400 * SECOND)
    for number, beat in enumerate([beats[1], beats[0], replace(beats[2], stopped=True), old]):
        await store.write(Batch(f"b{number}", processes=[beat]))
    assert await store.processes() == [replace(beats[2], stopped=True)]


# --- deletion -------------------------------------------------------------------------------
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


# --- many at once ---------------------------------------------------------------------------
async def test_many_calls_at_once(store: Store) -> None:
    async def write_and_read(number: int) -> int:
        trace_id = f"{number:032x}"
        await write_spans(store, ended_span(number, trace_id=trace_id), batch_id=f"b{number}")
        return len(await store.trace(PROJECT, trace_id))

    assert await asyncio.gather(*map(write_and_read, range(20))) == [1] * 20
    await store.ping()
