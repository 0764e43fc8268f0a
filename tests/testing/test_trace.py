"""Traces as tests look at them."""

import pytest

from spanlit.server.live.views import SpanView
from spanlit.testing import Trace


def span(id_: str, parent: str | None, start: int, name: str, status: str = "ok") -> SpanView:
    return SpanView.model_validate(
        {
            "trace_id": "t",
            "span_id": id_,
            "parent_id": parent,
            "name": name,
            "kind": "turn" if parent is None else "tool",
            "status": status,
            "start_us": start,
        }
    )


@pytest.fixture
def trace() -> Trace:
    """Given in no order, with a span whose parent is not there."""
    return Trace(
        [
            span("4", "gone", 5, "orphan"),
            span("3", "1", 4, "answer", "error"),
            span("2", "1", 2, "search"),
            span("5", "2", 3, "fetch"),
            span("1", None, 1, "on_message"),
        ]
    )


def test_a_trace_is_printed_as_an_outline(trace: Trace) -> None:
    assert trace.outline() == (
        "turn on_message\n  tool search\n    tool fetch\n  tool answer (error)\ntool orphan"
    )


def test_spans_are_listed_parents_first(trace: Trace) -> None:
    assert trace.names == ["on_message", "search", "fetch", "answer", "orphan"]


def test_a_span_is_found_with_its_children(trace: Trace) -> None:
    assert [child.name for child in trace.find("search").children] == ["fetch"]


def test_a_span_that_is_not_there_is_an_error_that_shows_the_trace(trace: Trace) -> None:
    with pytest.raises(LookupError, match=r"No span is called 'nope' in this trace:\nturn on_m"):
        trace.find("nope")
