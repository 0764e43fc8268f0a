"""What every store does with spans."""

from dataclasses import replace

import pytest

from spanlit.storage import Store
from spanlit.storage.models import TurnTotals
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import (
    ABANDONED_VERSION,
    ENDED_VERSION,
    SpanEvent,
    SpanLink,
)
from spanlit.tracing.types import AttributeValue, Kind
from tests.storage.support import (
    CORRECTED_VERSION,
    PROJECT,
    SECOND,
    START_NS,
    TRACE,
    ended_span,
    open_span,
    span_id,
    write_spans,
)


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
