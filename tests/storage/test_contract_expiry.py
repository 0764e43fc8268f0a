"""What every store does with what is too old."""

import time
from dataclasses import replace
from typing import Any

from spanlit.storage import Batch, Store
from spanlit.storage.explore.query import Condition, SpanQuery
from spanlit.storage.store import Cutoffs, Deleted
from spanlit.tracing.record import (
    ENDED_VERSION,
    SpanEvent,
    SpanLink,
    SpanRecord,
)
from spanlit.tracing.types import AttributeValue
from tests.storage.support import (
    CORRECTED_VERSION,
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
    scan_all,
    score,
    session,
    span_id,
    thread,
    write_spans,
)

WEEK_NS = 7 * 86_400 * SECOND
CONTENT: dict[str, AttributeValue] = {
    "input.value": 5,
    "gen_ai.input.messages": [{"role": "user"}],
    "gen_ai.prompt.0.content": "text",
    "embedding.embeddings.0.vector": [0.5, 1.5],
    "spanlit.step.metadata": {"a": 1},
    "spanlit.input.blob": "blob-1",
}
FACTS: dict[str, AttributeValue] = {
    "text": 'it\'s \\ "so"',
    "integer": 2**60 + 1,
    "float": 0.1,
    "true": True,
    "none": None,
    "list": ["a", 1, None, {'ä"': "\\"}],
    'odd "key" \\ ü': 1,
}


def full_span(number: int, **changes: Any) -> SpanRecord:
    return ended_span(
        number,
        kind="llm",
        input="question",
        output="answer",
        cost_usd=0.5,
        attributes=CONTENT | FACTS,
        events=[SpanEvent("first_token", START_NS, {"a": 1})],
        links=[SpanLink("f" * 32, "e" * 16, {"why": "retry"})],
        **changes,
    )


async def test_nothing_expires_without_a_cutoff(store: Store) -> None:
    batch = Batch("b", spans=[full_span(1)], threads=[thread()], elements=[element()])
    await store.write(batch)
    assert await store.housekeeping.expire(PROJECT, Cutoffs()) == Deleted({})
    assert await store.housekeeping.expire(PROJECT, Cutoffs(*[START_NS] * 4)) == Deleted({})
    assert await store.trace(PROJECT, TRACE) == batch.spans
    assert await store.thread(PROJECT, "thread-1") == batch.threads[0]


async def test_bodies_of_old_spans_are_emptied(store: Store) -> None:
    old, new = full_span(1), full_span(2)
    bare = ended_span(3, start_time_ns=START_NS, attributes=dict(FACTS))
    foreign = full_span(1, project="other")
    await store.write(Batch("b", spans=[old, new, bare, foreign]))
    cutoffs = Cutoffs(bodies_ns=START_NS + 2)
    deleted = await store.housekeeping.expire(PROJECT, cutoffs)
    assert deleted == Deleted({"bodies": 1}, frozenset({"blob-1"}))
    emptied = replace(old, input="", output="", events=[], attributes=dict(FACTS))
    assert await store.trace(PROJECT, TRACE) == [bare, emptied, new]
    assert await store.trace("other", TRACE) == [foreign]
    assert await store.housekeeping.expire(PROJECT, cutoffs) == Deleted({})
    words = (Condition("text", "contains", "answer"),)
    found = await store.explorer.spans(SpanQuery(0, END_OF_TIME_NS, where=words))
    assert [span.span_id for span in found.items if span.start_time_ns < START_NS + 2] == []


async def test_old_versions_do_not_bring_bodies_back(store: Store) -> None:
    await write_spans(store, open_span(1, version=1, input="old"), batch_id="b1")
    await write_spans(store, full_span(1), batch_id="b2")
    cutoffs = Cutoffs(bodies_ns=START_NS + 2)
    assert (await store.housekeeping.expire(PROJECT, cutoffs)).rows == {"bodies": 1}
    await write_spans(store, open_span(1, version=2, input="late"), batch_id="b3")
    (span,) = await store.trace(PROJECT, TRACE)
    assert (span.version, span.input, span.output) == (ENDED_VERSION, "", "")
    await write_spans(store, full_span(1, version=CORRECTED_VERSION), batch_id="b4")
    assert (await store.housekeeping.expire(PROJECT, cutoffs)).rows == {"bodies": 1}


async def test_old_spans_go_with_the_scores_on_them(store: Store) -> None:
    old, new = full_span(1), full_span(2)
    gone, whole, mixed = "1" * 32, "2" * 32, TRACE
    on_gone_trace = score(trace_id=gone, span_id="")
    on_mixed_trace = score(trace_id=mixed, span_id="")
    on_old, on_new = score(span_id=span_id(1)), score(span_id=span_id(2))
    on_whole = score(trace_id=whole, span_id=span_id(2))
    on_thread = score(trace_id="", span_id="")
    await store.write(
        Batch(
            "b",
            spans=[old, new, full_span(1, trace_id=gone), full_span(2, trace_id=whole)],
            scores=[on_gone_trace, on_mixed_trace, on_old, on_new, on_whole, on_thread],
            threads=[thread()],
        )
    )
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(spans_ns=START_NS + 2))
    assert deleted == Deleted({"spans": 2, "scores": 2}, frozenset({"blob-1"}))
    assert await store.trace(PROJECT, mixed) == [new]
    assert await store.trace(PROJECT, gone) == []
    found = await store.scores(PROJECT, thread_id="thread-1")
    left = [on_mixed_trace, on_new, on_whole, on_thread]
    assert sorted(found, key=repr) == sorted(left, key=repr)
    assert await store.thread(PROJECT, "thread-1") == thread()


async def test_whole_weeks_go_and_those_of_other_projects_stay(store: Store) -> None:
    def spans(project: str) -> list[SpanRecord]:
        return [
            full_span(n, project=project, start_time_ns=START_NS + n * WEEK_NS, end_time_ns=None)
            for n in range(5)
        ]

    mine, others = spans(PROJECT), spans("other")
    await store.write(Batch("b1", spans=mine))
    await store.write(Batch("b2", spans=others[2:]))
    cutoff = START_NS + 3 * WEEK_NS
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(spans_ns=cutoff))
    assert deleted.rows == {"spans": 3}
    assert await store.trace(PROJECT, TRACE) == mine[3:]
    assert await store.trace("other", TRACE) == others[2:]
    assert await scan_all(store, "spans", limit=2) == mine[3:]
    await store.write(Batch("late", spans=mine[:1]))
    assert (await store.housekeeping.expire(PROJECT, Cutoffs(spans_ns=cutoff))).rows == {"spans": 1}


async def test_old_elements_go(store: Store) -> None:
    changed = element("changed", object_key="k1")
    rows = [element(object_key="k0"), changed, element("new", updated_at_ns=START_NS + 5)]
    await store.write(Batch("b", elements=rows))
    newer = replace(changed, updated_at_ns=START_NS + 2)
    await store.write(Batch("b2", elements=[newer]))
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(elements_ns=START_NS + 1))
    assert deleted.rows == {"elements": 1}
    assert "k0" in deleted.object_keys
    assert await store.elements(PROJECT, "thread-1") == [newer, rows[2]]
    assert await store.housekeeping.referenced(["k0", "k1"]) == {"k1"}


async def test_tombstones_go_once_they_are_as_old_as_threads_that_go(store: Store) -> None:
    await store.write(Batch("b", threads=[thread(), thread("other", project="other")]))
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    await store.housekeeping.delete_thread("other", "other")
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(threads_ns=time.time_ns()))
    assert deleted == Deleted({})
    await store.write(Batch("again", threads=[thread(), thread("other", project="other")]))
    assert await store.thread(PROJECT, "thread-1") == thread()
    assert await store.thread("other", "other") is None


async def test_old_threads_go_with_all_that_is_in_them(store: Store) -> None:
    def rows(thread_id: str, trace_id: str, **times: int) -> Batch:
        ids = {"thread_id": thread_id, "trace_id": trace_id}
        return Batch(
            thread_id,
            spans=[ended_span(1, kind="turn", **ids)],
            threads=[thread(thread_id, **times)],
            elements=[element(thread_id, **ids)],
            scores=[score(**ids)],
            actions=[action(thread_id, **ids)],
            asks=[ask(thread_id, **ids)],
            sessions=[session(thread_id)],
        )

    kept = rows("new", "1" * 32, updated_at_ns=START_NS + 2)
    await store.write(kept)
    await store.write(rows("old", "2" * 32, updated_at_ns=START_NS + 1))
    await store.write(Batch("b", threads=[thread("new")]))  # an older row of it
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(threads_ns=START_NS + 2))
    tables = ["spans", "threads", "elements", "scores", "actions", "asks", "sessions"]
    assert deleted.rows == dict.fromkeys(tables, 1)
    assert await dump(store) == {table: getattr(kept, table) for table in tables}


async def test_all_cutoffs_at_once(store: Store) -> None:
    later = START_NS + WEEK_NS
    await store.write(
        Batch(
            "b",
            spans=[full_span(1), full_span(2, start_time_ns=later, end_time_ns=later + 1)],
            threads=[thread(updated_at_ns=later)],
            elements=[element(), element("new", updated_at_ns=later)],
        )
    )
    cutoffs = Cutoffs(
        bodies_ns=later + 1, spans_ns=START_NS + 9, elements_ns=later, threads_ns=START_NS + 9
    )
    deleted = await store.housekeeping.expire(PROJECT, cutoffs)
    assert deleted.rows == {"spans": 1, "bodies": 1, "elements": 1}
    (span,) = await store.trace(PROJECT, TRACE)
    assert (span.input, span.output, span.events, span.attributes) == ("", "", [], FACTS)
