"""A turn is a trace of its own, and stamps everything below it."""

import asyncio

import pytest
from inline_snapshot import snapshot
from opentelemetry import baggage, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext

from spanlit.tracing import Step, TurnScope, current_scope, current_span_id, turn_span
from tests.tracing.support import MemorySink, started

SCOPE = TurnScope(owner="app-1", thread_id="thread-1", user_id="user-1", project="shop")


def test_everything_below_knows_the_turn(spans: MemorySink) -> None:
    with turn_span("on_message", SCOPE) as turn:
        assert current_scope() == SCOPE
        assert current_span_id() == turn.id
        with Step("step"), trace.get_tracer("lib").start_as_current_span("foreign"):
            pass
    assert current_scope() is None
    assert current_span_id() is None
    for record in spans.ended:
        assert (record.thread_id, record.user_id, record.project) == ("thread-1", "user-1", "shop")
        assert record.attributes["gen_ai.conversation.id"] == "thread-1"
        assert record.attributes["session.id"] == "thread-1"
        assert record.attributes["user.id"] == "user-1"
    assert {event.owner for event in spans.events} == {"app-1"}


def test_the_root_span(spans: MemorySink) -> None:
    with turn_span(
        "on_message", TurnScope("app", "thread"), attributes={"spanlit.command.id": "7"}
    ):
        pass
    assert (spans.only.kind, spans.only.status, spans.only.is_root) == ("turn", "ok", True)
    assert spans.only.attributes == snapshot(
        {
            "spanlit.kind": "turn",
            "openinference.span.kind": "CHAIN",
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": "on_message",
            "spanlit.command.id": "7",
            "gen_ai.conversation.id": "thread",
            "session.id": "thread",
        }
    )


def test_it_is_a_trace_of_its_own_with_a_link_to_the_transport(spans: MemorySink) -> None:
    with trace.get_tracer("fastapi").start_as_current_span("WS /chat") as transport:
        with turn_span("on_message", SCOPE):
            pass
        assert current_scope() is None
    turn, request = spans.ended
    assert turn.parent_span_id is None
    assert turn.trace_id != request.trace_id
    (link,) = turn.links
    assert int(link.span_id, 16) == transport.get_span_context().span_id


def test_base_context_and_own_links(spans: MemorySink) -> None:
    with trace.get_tracer("lib").start_as_current_span("outer") as outer:
        base = baggage.set_baggage("tenant", "acme", trace.set_span_in_context(outer, Context()))
    link = Link(SpanContext(1, 2, is_remote=True), {"why": "retry"})
    with turn_span("on_message", SCOPE, context=base, links=[link]):
        assert baggage.get_baggage("tenant") == "acme"
    turn = spans.span("on_message")
    assert turn.parent_span_id is None
    assert [(link.span_id, link.attributes) for link in turn.links] == [
        ("0000000000000002", {"why": "retry"})
    ]


def test_an_error_goes_on(spans: MemorySink) -> None:
    with pytest.raises(ValueError, match="no"), turn_span("on_message", SCOPE):
        raise ValueError("no")
    assert (spans.only.status, spans.only.status_message) == ("error", "ValueError: no")


async def test_stopping_a_turn(spans: MemorySink) -> None:
    running = asyncio.Event()

    async def turn() -> None:
        with turn_span("on_message", SCOPE), Step("wait"):
            running.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(turn())
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [record.status for record in spans.ended] == ["cancelled", "cancelled"]


def test_a_foreign_conversation_id_does_not_take_a_span_out_of_its_thread(
    spans: MemorySink,
) -> None:
    """LangGraph's instrumentation writes its own thread id there."""
    with turn_span("on_message", SCOPE), trace.get_tracer("lib").start_as_current_span("x") as span:
        span.set_attribute("gen_ai.conversation.id", "langgraph-thread")
    assert spans.span("x").thread_id == "thread-1"
    assert spans.span("x").attributes["gen_ai.conversation.id"] == "langgraph-thread"


def test_steps_in_a_turn_belong_to_its_thread(spans: MemorySink) -> None:
    with turn_span("on_message", SCOPE), Step("x", thread_id="another"):
        pass
    assert spans.span("x").thread_id == "thread-1"
    assert started(spans.events)[1].thread_id == "thread-1"
