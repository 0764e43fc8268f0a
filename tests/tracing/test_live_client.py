"""Whoever follows the events of a span has, at every moment, its text as it is."""

import threading
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanlit.tracing import (
    LiveEvent,
    LiveSpan,
    SpanDelta,
    SpanEnded,
    SpanStarted,
    Step,
    TurnScope,
    get_recorder,
    turn_span,
)
from spanlit.tracing.content import utf16_length
from tests.tracing.support import MemorySink


class Follower:
    """Keeps the output of one span by its events, as a browser does."""

    def __init__(self, span_id: str) -> None:
        self.span_id = span_id
        self.text: str | None = None
        self.ended = False

    def follow(self, events: Sequence[LiveEvent]) -> None:
        for event in events:
            if isinstance(event, SpanDelta):
                if event.span_id == self.span_id and event.field == "output":
                    assert self.text is not None
                    assert event.offset == utf16_length(self.text)
                    self.text += event.text
            elif event.record.span_id == self.span_id:
                assert isinstance(event, SpanStarted) == (self.text is None)
                self.ended = isinstance(event, SpanEnded)
                self.text = event.record.output


TEXT = st.text(st.sampled_from("aé😀\ud800 "), max_size=3)
OPERATION = (
    st.tuples(st.just("append"), TEXT)
    | st.tuples(st.just("set"), TEXT)
    | st.tuples(st.sampled_from(["update", "frame"]), st.just(""))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=st.none() | st.just("first "), operations=st.lists(OPERATION, max_size=12))
def test_the_text_of_a_span_at_every_frame(
    spans: MemorySink, first: str | None, operations: list[tuple[str, str]]
) -> None:
    seen = len(spans.events)
    attributes = {} if first is None else {"output.value": first}
    span = LiveSpan.start("message", kind="message", attributes=attributes)
    follower = Follower(span.id)
    for operation, text in operations:
        if operation == "append":
            span.append(text)
        elif operation == "set":
            span.set_body("output", text)
        elif operation == "update":
            span.update()
        else:
            events = spans.events
            follower.follow(events[seen:])
            seen = len(events)
            assert follower.text == span.body("output")
    span.end()
    follower.follow(spans.events[seen:])
    assert follower.ended
    assert follower.text == span.body("output")


def test_many_threads_at_once(spans: MemorySink) -> None:
    """Attributes change while the recorder reads them, and nothing is lost or mixed."""
    ids: list[str] = []
    dropped = get_recorder().dropped

    def work(number: int) -> None:
        for _ in range(20):
            with Step(f"thread {number}") as one:
                assert one.span is not None
                ids.append(one.id)
                for token in range(20):
                    one.span.append(f"{token} ")
                    one.set_attributes({"changing": token, f"own.{token % 7}": token})

    with turn_span("on_message", TurnScope(owner="app", thread_id="thread-1")):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = spans.events
    assert get_recorder().dropped == dropped
    outputs = {record.span_id: record.output for record in spans.ended}
    for span_id in ids:
        follower = Follower(span_id)
        follower.follow(events)
        assert follower.ended
        assert outputs[span_id] == "".join(f"{token} " for token in range(20))
    root = spans.span("on_message").span_id
    assert {r.parent_span_id for r in spans.ended if r.span_id in outputs} == {None, root}


def test_attributes_that_opentelemetry_does_not_take(spans: MemorySink) -> None:
    with Step("x", tags=["a", "b"]) as one:
        one.set_attributes(
            {"object": object(), "": 1, "fine": 1}  # type: ignore[dict-item] # the point of it
        )
    record = spans.only
    assert record.attributes["fine"] == 1
    assert record.status == "ok"
