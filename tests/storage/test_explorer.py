"""Finding and counting spans, in every store."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.cursors import BadCursor
from spanlit.storage.explore.buckets import bucket_start
from spanlit.storage.explore.query import Aggregation, Condition, Interval, SpanQuery, TraceQuery
from spanlit.tracing.record import ABANDONED_VERSION, ENDED_VERSION, SpanRecord
from tests.storage.support import SECOND, START_NS, ended_span, open_span, span_id

UNTIL_NS = START_NS + 3_600 * SECOND
HOSTILE = [
    "it's",
    'a"b',
    "back\\slash",
    "{key:String}",
    "$1",
    "'; DROP TABLE spans; --",
    "%",
    "日本",
]


def search(*where: Condition, **changes: Any) -> SpanQuery:
    return SpanQuery(START_NS, UNTIL_NS, where=where, **changes)


async def numbers(store: Store, *where: Condition) -> set[int]:
    """Numbers of the spans that pass."""
    page = await store.explorer.spans(search(*where))
    return {int(span.span_id, 16) for span in page.items}


VARIED = [
    ended_span(
        1,
        status="error",
        status_message="Timeout of tool",
        kind="tool",
        name="Search Docs",
        user_id="ada",
        thread_id="t1",
        trace_id="1" * 32,
        attributes={"plan": "Pro", "retries": 2, "cached": True, "list": ["Pro"]},
    ),
    ended_span(
        2,
        status="ok",
        kind="llm",
        name="chat gpt",
        provider="openai",
        model="gpt",
        user_id="bob",
        thread_id="t2",
        input_tokens=100,
        output_tokens=20,
        cost_usd=0.5,
        ttft_ms=80.0,
        end_time_ns=START_NS + 2 + 5 * SECOND,
        attributes={"plan": "free", "retries": 0.5, "spanlit.step.tags": ["blue", "Dark Red"]},
    ),
    open_span(3, kind="turn", name="turn", thread_id="", attributes={"cached": "true"}),
]


FIELDS_AND_OPERATORS: list[tuple[str, Any, Any, set[int]]] = [
    ("status", "=", "error", {1}),
    ("status", "=", ("error", "running"), {1, 3}),
    ("status", "!=", "error", {2, 3}),
    ("kind", "!=", ("tool", "llm"), {3}),
    ("name", "contains", "sEARCH d", {1}),
    ("name", "contains", "%", set()),
    ("provider", "exists", True, {2}),
    ("model", "exists", False, {1, 3}),
    ("user", "=", "ada", {1}),
    ("thread", "=", ("t1", "t2"), {1, 2}),
    ("trace", "=", "1" * 32, {1}),
    ("status_message", "contains", "TOOL", {1}),
    ("tag", "=", "blue", {2}),
    ("tag", "=", "Dark", set()),
    ("tag", "!=", "blue", {1, 3}),
    ("tag", "contains", "dark r", {2}),
    ("tag", "exists", False, {1, 3}),
    ("duration_ms", ">=", 5_000, {2}),
    ("duration_ms", "<", 5_000, {1}),
    ("duration_ms", "exists", False, {3}),
    ("duration_ms", "!=", 5_000, {1, 3}),
    ("ttft_ms", "<", 100, {2}),
    ("ttft_ms", "exists", True, {2}),
    ("input_tokens", "=", (100, 7), {2}),
    ("output_tokens", "<=", 0, {1, 3}),
    ("tokens", ">", 119.5, {2}),
    ("cost_usd", "exists", True, {2}),
    ("attributes.plan", "=", "Pro", {1}),
    ("attributes.plan", "!=", "Pro", {2, 3}),
    ("attributes.plan", "contains", "PR", {1}),
    ("attributes.plan", "exists", False, {3}),
    ("attributes.retries", ">", 0.5, {1}),
    ("attributes.retries", "=", 2, {1}),
    ("attributes.retries", "=", "2", set()),
    ("attributes.cached", "=", True, {1}),
    ("attributes.cached", "=", "true", {1, 3}),
    ("attributes.cached", "!=", True, {2, 3}),
    ("attributes.list", "=", '["Pro"]', set()),
    ("attributes.list", "contains", "Pro", set()),
    ("attributes.list", "exists", True, {1}),
]


async def test_fields_and_operators(store: Store) -> None:
    await store.write(Batch("rows", spans=VARIED))
    for field, op, value, expected in FIELDS_AND_OPERATORS:
        found = await numbers(store, Condition(field, op, value))
        assert found == expected, (field, op, value)


@pytest.mark.newest
async def test_hostile_keys_and_values(store: Store) -> None:
    spans = [ended_span(n, attributes={key: key}) for n, key in enumerate(HOSTILE, 1)]
    await store.write(Batch("rows", spans=spans))
    for number, text in enumerate(HOSTILE, 1):
        field = f"attributes.{text}"
        assert await numbers(store, Condition(field, "=", text)) == {number}
        assert await numbers(store, Condition(field, "contains", text)) == {number}
        assert await numbers(store, Condition(field, "exists", True)) == {number}
        assert await numbers(store, Condition("name", "=", text)) == set()
        [row] = await store.explorer.aggregate(
            Aggregation(START_NS, UNTIL_NS, by=(field,), where=(Condition(field, "=", text),))
        )
        assert row.group == (text,)


async def test_words(store: Store) -> None:
    texts = ["The refund-policy, v2", "Refunds are slow", "退款政策很慢 refund", "Größe"]
    spans = [ended_span(n, trace_id=f"{n:032x}", input=text) for n, text in enumerate(texts, 1)]
    await store.write(Batch("rows", spans=spans))
    for words, expected in {
        "refund": {1, 3},
        "REFUND policy": {1},
        "refunds": {2},
        "fund": set(),
        "政策": {3},
        "refund 退款": {3},
        "größe": {4},
        "v2?": {1},
    }.items():
        condition = Condition("text", "contains", words)
        assert await numbers(store, condition) == expected, words
        page = await store.explorer.traces(TraceQuery(START_NS, UNTIL_NS, where=(condition,)))
        assert {int(trace.root.span_id, 16) for trace in page.items} == expected, words


def versions(number: int) -> list[SpanRecord]:
    """All rows that one span can have, oldest first."""
    return [
        open_span(number, version=0, kind="llm"),
        open_span(number, version=1, kind="llm"),
        ended_span(number, version=ABANDONED_VERSION, status="abandoned", kind="llm"),
        ended_span(number, version=ENDED_VERSION, status="error", kind="llm", input_tokens=5),
        ended_span(number, version=1_795_000_000_000, kind="llm", input_tokens=7),
    ]


async def test_the_newest_version_is_judged_and_counted_once(store: Store) -> None:
    for turn, row in enumerate([*versions(1), *reversed(versions(2))]):
        await store.write(Batch(f"{turn}", spans=[row]))
        await store.write(Batch(f"{turn} again", spans=[row]))
    for status in ("running", "abandoned", "error"):
        assert await numbers(store, Condition("status", "=", status)) == set()
    page = await store.explorer.spans(search(Condition("status", "=", "ok")))
    assert [span.span_id for span in page.items] == [span_id(2), span_id(1)]
    [sums] = await store.explorer.aggregate(Aggregation(START_NS, UNTIL_NS, by=("status",)))
    assert (sums.group, sums.count, sums.input_tokens) == (("ok",), 2, 14)
    [trace] = (await store.explorer.traces(TraceQuery(START_NS, UNTIL_NS))).items
    assert (trace.root.span_id, trace.totals.span_count) == (span_id(1), 2)
    assert trace.totals.input_tokens == 14


async def test_open_and_abandoned_spans_are_listed_but_not_counted(store: Store) -> None:
    abandoned = ended_span(2, version=ABANDONED_VERSION, status="abandoned")
    removed = ended_span(3, version=1_795_000_000_000, removed=True)
    await store.write(Batch("rows", spans=[open_span(1), abandoned, ended_span(3)]))
    await store.write(Batch("later", spans=[removed]))
    assert await numbers(store) == {1, 2}
    assert await store.explorer.aggregate(Aggregation(START_NS, UNTIL_NS)) == []


async def test_pages_are_stable_while_rows_arrive(store: Store) -> None:
    def turn(number: int) -> SpanRecord:
        # Many begin at the same moment.
        start_ns = START_NS + number // 4
        return ended_span(number, trace_id=f"{number:032x}", start_time_ns=start_ns)

    await store.write(Batch("first", spans=[turn(number) for number in range(1, 24)]))
    queries: list[tuple[Any, Any]] = [
        (store.explorer.spans, search(limit=5)),
        (store.explorer.traces, TraceQuery(START_NS, UNTIL_NS, limit=5)),
    ]
    for ask, query in queries:
        seen: list[int] = []
        cursor, arriving = None, 100
        while True:
            page = await ask(replace(query, cursor=cursor))
            seen += [int(getattr(item, "root", item).span_id, 16) for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            # One newer, and another version of each that was seen.
            await store.write(
                Batch(
                    f"{ask} {arriving}",
                    spans=[
                        turn(arriving),
                        *(replace(turn(n), version=1_795_000_000_000) for n in seen),
                    ],
                )
            )
            arriving += 1
        assert [number for number in seen if number < 100] == list(range(23, 0, -1))
        assert len(set(seen)) == len(seen)


async def test_a_foreign_cursor_is_refused(store: Store) -> None:
    with pytest.raises(BadCursor):
        await store.explorer.spans(search(cursor="nonsense"))


@pytest.mark.newest
async def test_far_away_ranges_are_searched(store: Store) -> None:
    await store.write(Batch("rows", spans=[ended_span(1)]))
    page = await store.explorer.spans(SpanQuery(0, 2**63 - 1))
    assert len(page.items) == 1
    page = await store.explorer.spans(SpanQuery(-(2**63), START_NS))
    assert page.items == []


async def test_traces_by_spans_and_sums(store: Store) -> None:
    dear = {"kind": "llm", "cost_usd": 0.4, "input_tokens": 10, "parent_span_id": span_id(1)}
    a, b = "a" * 32, "b" * 32
    spans = [
        ended_span(1, trace_id=a, kind="turn"),
        ended_span(2, trace_id=a, **dear),
        ended_span(3, trace_id=a, **dear | {"status": "error"}),
        ended_span(4, trace_id=b, kind="turn", status="error"),
        ended_span(5, trace_id=b, name="later root"),
        ended_span(6, trace_id="c" * 32, parent_span_id=span_id(9)),
    ]
    await store.write(Batch("rows", spans=spans))

    async def roots(**conditions: Any) -> list[str]:
        page = await store.explorer.traces(TraceQuery(START_NS, UNTIL_NS, **conditions))
        return [trace.root.span_id for trace in page.items]

    llm, error = Condition("kind", "=", "llm"), Condition("status", "=", "error")
    assert await roots() == [span_id(4), span_id(1)]
    assert await roots(where=(Condition("name", "=", "later root"),)) == []
    assert await roots(where=(error,)) == [span_id(4)]
    assert await roots(any_span=(llm, error)) == [span_id(1)]
    assert await roots(any_span=(Condition("kind", "=", "turn"), error)) == [span_id(4)]
    assert await roots(totals=(Condition("cost_usd", ">", 0.7),)) == [span_id(1)]
    assert await roots(totals=(Condition("errors", "=", 1),)) == [span_id(4), span_id(1)]
    assert await roots(totals=(Condition("spans", "<", 3),)) == [span_id(4)]


async def test_buckets_are_those_of_the_calendar_in_utc(store: Store) -> None:
    day_ns = 86_400 * SECOND
    starts = [START_NS + n * 9 * day_ns + n for n in range(5)]
    spans = [
        ended_span(n, start_time_ns=start, end_time_ns=start + n * SECOND)
        for n, start in enumerate(starts)
    ]
    await store.write(Batch("rows", spans=spans))
    for every in get_args(Interval):
        rows = await store.explorer.aggregate(
            Aggregation(START_NS, START_NS + 90 * day_ns, every=every)
        )
        assert [row.start_ns for row in rows] == sorted({bucket_start(t, every) for t in starts})
        assert sum(row.count for row in rows) == 5


async def test_quantiles_interpolate(store: Store) -> None:
    spans = [
        ended_span(n, start_time_ns=START_NS, end_time_ns=START_NS + n * 10**6, ttft_ms=n - 1.0)
        for n in range(1, 5)
    ]
    await store.write(Batch("rows", spans=spans))
    [row] = await store.explorer.aggregate(Aggregation(START_NS, UNTIL_NS))
    assert row.duration_p50_ms == pytest.approx(2.5)
    assert row.duration_p95_ms == pytest.approx(3.85)
    assert row.duration_p99_ms == pytest.approx(3.97)
    assert row.ttft_p50_ms == pytest.approx(2.0)  # of 1, 2, 3: 0 is no time


async def test_the_largest_groups_are_kept(store: Store) -> None:
    spans = [ended_span(n, name=["a", "b", "b", "c", "c", "c"][n]) for n in range(6)]
    await store.write(Batch("rows", spans=spans))
    rows = await store.explorer.aggregate(Aggregation(START_NS, UNTIL_NS, by=("name",), limit=2))
    assert [(row.group, row.count) for row in rows] == [(("c",), 3), (("b",), 2)]
