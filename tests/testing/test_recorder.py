"""Spans in memory, the same in every run."""

import asyncio

from inline_snapshot import snapshot

from spanlit.testing import SpanRecorder
from spanlit.tracing import Step, step


def search() -> None:
    with Step("plan", type="agent"), Step("search", type="tool") as found:
        found.input = {"query": "spans"}
        found.output = "3 pages"


def test_whole_records_can_be_compared() -> None:
    """Ids are numbers, the clock ticks once per start and end."""
    with SpanRecorder() as spans:
        search()

    assert [
        (span.trace_id[-1], span.span_id, span.parent_span_id, span.start_time_ns, span.end_time_ns)
        for span in spans.records
    ] == snapshot(
        [
            ("1", "0000000000000001", None, 1000000000, 4000000000),
            ("1", "0000000000000002", "0000000000000001", 2000000000, 3000000000),
        ]
    )


def test_two_runs_record_the_same() -> None:
    def record() -> object:
        with SpanRecorder() as spans:
            search()
        return spans.records

    assert record() == record()


def test_spans_are_printed_as_an_outline(captured_spans: SpanRecorder) -> None:
    search()

    assert captured_spans.outline() == "agent plan\n  tool search"


async def test_spans_of_tasks_are_recorded(captured_spans: SpanRecorder) -> None:
    @step(type="tool")
    async def work(name: str) -> str:
        return name

    with Step("both", type="run"):
        await asyncio.gather(work("a"), work("b"))

    both = captured_spans.trace.find("both")
    assert sorted(child.view.output_preview for child in both.children) == ["a", "b"]


def test_nothing_is_recorded_outside(captured_spans: SpanRecorder) -> None:
    search()
    captured_spans.clear()

    assert captured_spans.records == []


def test_a_span_that_was_taken_back_is_gone(captured_spans: SpanRecorder) -> None:
    with Step("draft") as draft:
        pass
    asyncio.run(draft.remove())

    assert captured_spans.records == []
