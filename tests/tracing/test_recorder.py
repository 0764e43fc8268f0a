"""The recorder: order, merging, bounds, faults, forks."""

import gc
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

import pytest
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.trace import Tracer

from spanlit.tracing import (
    LiveEvent,
    LiveSpan,
    Recorder,
    SpanCheckpoint,
    SpanCorrected,
    SpanEnded,
    SpanStarted,
    Step,
)
from spanlit.tracing import attributes as keys
from spanlit.tracing.open_spans import FirstBodies, OpenSpans
from spanlit.tracing.processor import SpanTap
from spanlit.tracing.record import ABANDONED_VERSION, ENDED_VERSION
from tests.tracing.support import CountingIds, MemorySink, outline, started

NOTHING = FirstBodies("", "")
MakeRecorder = Callable[..., tuple[Recorder, Tracer]]
Start = Callable[..., Span]


class ListSink:
    """Keeps what it is told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[LiveEvent] = []
        self.frames = 0
        self._news = threading.Condition()

    def publish(self, events: Sequence[LiveEvent]) -> None:
        with self._news:
            self.told.extend(events)
            self.frames += 1
            self._news.notify_all()

    def wait_for(self, found: Callable[[list[LiveEvent]], object]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: found(self.told), 10), outline(self.told)


@pytest.fixture
def start() -> Start:
    """Starts spans of the SDK that nobody records."""
    provider = TracerProvider(id_generator=CountingIds(), shutdown_on_exit=False)

    def start_span(name: str, **attributes: int | str) -> Span:
        span = provider.get_tracer("test").start_span(name, attributes=attributes)
        assert isinstance(span, Span)
        return span

    return start_span


@pytest.fixture
def make_recorder() -> MakeRecorder:
    def make(**options: float) -> tuple[Recorder, Tracer]:
        recorder = Recorder(**options)  # type: ignore[arg-type] # numbers of both kinds
        tap = SpanTap()
        tap.listener = recorder
        provider = TracerProvider(id_generator=CountingIds(), shutdown_on_exit=False)
        provider.add_span_processor(tap)
        return recorder, provider.get_tracer("test")

    return make


# --- what is told -------------------------------------------------------------------------
def test_the_life_of_spans_in_order(spans: MemorySink) -> None:
    with Step("outer"):
        first = LiveSpan.start("first", kind="message")
        second = LiveSpan.start("second", kind="message")
        for number in range(3):
            first.append(f"a{number}")
            second.append(f"b{number}")
        first.end()
        second.append("!")
        second.end()
    lines = outline(spans.events)
    assert [line for line in lines if "first" in line or line.startswith("delta 2")] == [
        "started first",
        "delta 2 output@0 a0a1a2",
        "ended first",
    ]
    assert lines[0] == "started outer"
    assert lines[-1] == "ended outer"
    assert "".join(line.split(" ", 3)[3] for line in lines if "delta 3" in line) == "b0b1b2!"


def test_offsets_count_as_javascript_does(spans: MemorySink) -> None:
    span = LiveSpan.start("message", kind="message")
    for token in ("aé", "😀", "b"):
        span.append(token)
        assert spans.events
    span.end()
    # On a busy machine a checkpoint may be due.
    assert [line for line in outline(spans.events) if line.startswith("delta")] == [
        "delta 1 output@0 aé",
        "delta 1 output@2 😀",
        "delta 1 output@4 b",
    ]


def test_streams_continue_the_first_body(spans: MemorySink) -> None:
    span = LiveSpan.start(
        "message",
        kind="message",
        attributes={"output.value": "Hel", "input.value": "question"},
    )
    span.append("lo")
    span.end()
    assert started(spans.events)[0].output == "Hel"
    assert started(spans.events)[0].input == "question"
    assert outline(spans.events)[1] == "delta 1 output@3 lo"
    assert spans.only.output == "Hello"


def test_a_body_set_right_after_the_start_comes_with_the_start(spans: MemorySink) -> None:
    with Step("search") as one:
        one.input = "question"
        get_started = started(spans.events)
    # In one frame the start has it, in two a correction brings it.
    told = [getattr(event, "record", None) for event in spans.events]
    assert any(record and record.input == "question" and not record.ended for record in told)
    assert get_started[0].status == "running"


def test_a_value_limit_does_not_cut_what_we_keep(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The limit is meant for exporters."""
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "8")
    spans: MemorySink = request.getfixturevalue("spans")
    one = Step("limited")
    one.input = "a long question"
    with one:
        one.output = "a long answer"
    assert (spans.only.input, spans.only.output) == ("a long question", "a long answer")
    assert spans.only.attributes["spanlit.step.type"] == "undefine"


def test_empty_text_is_nothing(spans: MemorySink) -> None:
    span = LiveSpan.start("message", kind="message")
    span.append("")
    span.end()
    assert outline(spans.events) == ["started message", "ended message"]


def test_text_after_the_end_waits_for_update(spans: MemorySink) -> None:
    span = LiveSpan.start("message", kind="message")
    span.append("one")
    span.end()
    span.end()
    span.append(" two")
    span.set_attributes({"late": True})
    span.fail("too late")
    span.cancel()
    assert outline(spans.events) == ["started message", "delta 1 output@0 one", "ended message"]
    span.update()
    corrected = spans.events[-1]
    assert isinstance(corrected, SpanCorrected)
    assert (corrected.record.status, corrected.record.output) == ("ok", "one two")
    assert corrected.record.attributes["late"] is True
    assert corrected.record.version > ENDED_VERSION


def test_costs_are_in_the_end(spans: MemorySink) -> None:
    span = LiveSpan.start("chat", kind="llm", attributes={"gen_ai.request.model": "gpt-4o"})
    span.set_attributes({"gen_ai.usage.input_tokens": 1_000})
    span.end()
    assert spans.only.cost_usd == pytest.approx(0.0025)


# --- checkpoints --------------------------------------------------------------------------
class Table:
    """An `OpenSpans` with a clock in the hand of the test."""

    def __init__(self, capacity: int = 100) -> None:
        self.spans = OpenSpans(
            capacity=capacity,
            checkpoint_after_ns=1_000,
            heartbeat_ns=10_000,
            message_heartbeat_ns=2_000,
            clock=lambda: 77,
        )

    def at(self, now_ns: int) -> list[LiveEvent]:
        self.spans.tick(now_ns)
        return self.spans.take()


def test_checkpoints_of_a_span_that_stays_open(start: Start) -> None:
    table, span = Table(), start("long", a=1)
    table.spans.started(span, None, NOTHING, 0)
    assert outline(table.at(999)) == ["started long"]
    (first,) = table.at(1_000)
    assert isinstance(first, SpanCheckpoint)
    assert (first.record.version, first.record.status) == (1, "running")
    assert table.at(10_999) == []
    assert table.at(11_000) == []  # unchanged
    span.set_attribute("a", 2)
    table.spans.appended(1, "output", "partial")
    table.at(20_999)
    (changed,) = table.at(21_000)
    assert isinstance(changed, SpanCheckpoint)
    assert (changed.record.output, changed.record.attributes["a"]) == ("partial", 2)
    assert changed.record.version > first.record.version
    assert table.spans.next_due_ns() == 31_000
    span.end()
    table.spans.ended(span)
    assert outline(table.at(31_000)) == ["ended long"]
    assert table.spans.next_due_ns() is None


def test_a_turn_is_checkpointed_at_once(start: Start) -> None:
    """A turn that dies in its first second is known to have begun."""
    table = Table()
    table.spans.started(start("on_message", **{keys.KIND: "turn"}), None, NOTHING, 0)
    started, checkpoint = table.at(0)
    assert isinstance(started, SpanStarted)
    assert isinstance(checkpoint, SpanCheckpoint)
    assert checkpoint.record == started.record


def test_messages_are_checkpointed_more_often(start: Start) -> None:
    """A crash costs two seconds of an answer, not ten."""
    table = Table()
    message = start("answer", **{keys.KIND: "message"})
    table.spans.started(message, None, NOTHING, 0)
    table.at(1_000)
    table.spans.appended(1, "output", "so far")
    table.spans.take()
    (checkpoint,) = table.at(3_000)
    assert isinstance(checkpoint, SpanCheckpoint)
    assert checkpoint.record.output == "so far"


def test_an_update_is_no_checkpoint(start: Start) -> None:
    """Stores leave corrections of open spans to the next checkpoint, so that has to come."""
    table, span = Table(), start("updated")
    table.spans.started(span, None, NOTHING, 0)
    table.spans.take()
    table.spans.updated(1)
    (corrected,) = table.spans.take()
    (checkpoint,) = table.at(1_000)
    assert isinstance(corrected, SpanCorrected)
    assert isinstance(checkpoint, SpanCheckpoint)
    assert checkpoint.record.version > corrected.record.version


def test_a_span_that_nobody_can_end_is_abandoned(start: Start) -> None:
    """No span runs for ever."""
    table, span = Table(), start("leaked")
    table.spans.started(span, None, NOTHING, 0)
    table.spans.appended(1, "output", "partial")
    del span
    gc.collect()
    assert outline(table.at(1_000)) == ["started leaked", "delta 1 output@0 partial"]
    (ended,) = table.at(11_000)
    assert isinstance(ended, SpanEnded)
    assert (ended.record.status, ended.record.output) == ("abandoned", "partial")
    assert (ended.record.version, ended.record.end_time_ns) == (ABANDONED_VERSION, 77)
    assert len(table.spans) == 0


def test_an_end_that_was_lost_is_found(start: Start) -> None:
    table, span = Table(), start("unlucky")
    table.spans.started(span, None, NOTHING, 0)
    span.end()
    assert outline(table.at(1_000)) == ["started unlucky"]
    assert outline(table.at(11_000)) == ["ended unlucky"]
    assert len(table.spans) == 0


def test_the_table_is_bounded(start: Start) -> None:
    table = Table(capacity=2)
    open_spans = [start(f"span{number}") for number in range(3)]
    for span in open_spans:
        table.spans.started(span, None, NOTHING, 0)
    assert (len(table.spans), table.spans.evicted) == (2, 1)
    table.spans.appended(1, "output", "lost")
    table.spans.replaced(1, "output", "lost", "text/plain")
    table.spans.updated(1)
    for span in open_spans:
        span.end()
        table.spans.ended(span)
    assert outline(table.spans.take())[3:] == ["ended span0", "ended span1", "ended span2"]


def test_the_thread_makes_checkpoints_without_being_asked(make_recorder: MakeRecorder) -> None:
    recorder, tracer = make_recorder(checkpoint_after_s=0.01)
    sink = ListSink()
    recorder.add_sink(sink)
    span = tracer.start_span("long")
    sink.wait_for(lambda told: any(isinstance(event, SpanCheckpoint) for event in told))
    span.end()
    sink.wait_for(lambda told: outline(told)[-1] == "ended long")


# --- sinks --------------------------------------------------------------------------------
def test_a_sink_that_fails_harms_nobody(
    make_recorder: MakeRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenSink:
        def publish(self, events: Sequence[LiveEvent]) -> None:
            raise RuntimeError("sink is broken")

    recorder, tracer = make_recorder()
    sink = ListSink()
    recorder.add_sink(BrokenSink())
    recorder.add_sink(sink)
    for name in ("one", "two"):
        tracer.start_span(name).end()
        assert recorder.flush()
    assert outline(sink.told) == ["started one", "ended one", "started two", "ended two"]
    (complaint,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "BrokenSink" in complaint.getMessage()


def test_sinks_come_and_go(make_recorder: MakeRecorder) -> None:
    recorder, tracer = make_recorder()
    sink = ListSink()
    before = tracer.start_span("before")
    recorder.add_sink(sink)
    recorder.add_sink(sink)
    before.end()
    assert recorder.flush()
    recorder.remove_sink(sink)
    recorder.remove_sink(sink)
    tracer.start_span("after").end()
    assert recorder.flush()
    assert outline(sink.told) == ["ended before"]


def test_a_sink_cannot_wait_for_itself(make_recorder: MakeRecorder) -> None:
    recorder, tracer = make_recorder()
    answers: list[bool] = []

    class FlushingSink:
        def publish(self, events: Sequence[LiveEvent]) -> None:
            answers.append(recorder.flush())

    recorder.add_sink(FlushingSink())
    tracer.start_span("x").end()
    assert recorder.flush()
    assert set(answers) == {False}


def test_a_slow_sink_costs_bounded_memory(make_recorder: MakeRecorder) -> None:
    """Deltas are dropped first, then everything; what is dropped is counted."""
    recorder, tracer = make_recorder(max_queue=20)
    entered, go_on = threading.Event(), threading.Event()

    class SlowSink(ListSink):
        def publish(self, events: Sequence[LiveEvent]) -> None:
            super().publish(events)
            entered.set()
            go_on.wait(10)

    sink = SlowSink()
    recorder.add_sink(sink)
    span = tracer.start_span("stuck")
    assert entered.wait(10)
    for _ in range(15):
        recorder.appended(1, "output", "x")
    assert recorder.dropped == 5
    for _ in range(10):
        tracer.start_span("more").end()
    assert recorder.dropped == 15
    assert not recorder.flush(0.01)
    go_on.set()
    assert recorder.flush()
    span.end()
    assert recorder.flush()
    assert outline(sink.told)[-1] == "ended stuck"


def test_a_span_that_cannot_be_translated(
    spans: MemorySink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(values: object) -> str:
        raise RuntimeError("broken")

    with monkeypatch.context() as broken_code:
        broken_code.setattr("spanlit.tracing.translate.kind_of", broken)
        with Step("lost"):
            pass
        assert spans.events == []
    with Step("next"):
        pass
    assert outline(spans.events) == ["started next", "ended next"]
    assert "could not be recorded" in caplog.text


def test_a_finaliser_may_run_within_the_recorder(
    make_recorder: MakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The garbage collector closes generators, and so ends steps, at any point of any thread."""
    recorder, tracer = make_recorder()
    sink = ListSink()
    recorder.add_sink(sink)
    wake = recorder._wake.set

    def collect_garbage_and_wake() -> None:
        tracer.start_span("in a finaliser").end()
        wake()

    monkeypatch.setattr(recorder._wake, "set", collect_garbage_and_wake)
    tracer.start_span("outer").end()
    assert recorder.flush()
    assert {"ended outer", "ended in a finaliser"} <= set(outline(sink.told))


# --- forks --------------------------------------------------------------------------------
FORK = """
import os, sys
from spanlit.tracing import Step, get_recorder, install, process_id

class Sink:
    def publish(self, events):
        self.names = getattr(self, "names", []) + [e.record.name for e in events]

install()
sink = Sink()
get_recorder().add_sink(sink)
with Step("parent"):
    assert get_recorder().flush()
    before = process_id()
    pid = os.fork()
    if pid == 0:
        with Step("child"):
            pass
        assert get_recorder().flush(), "the recorder's thread runs in the child"
        assert sink.names == ["parent", "child", "child"], sink.names
        assert process_id() != before
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert get_recorder().flush()
assert sink.names == ["parent", "parent"], sink.names
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_records_its_own_spans() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
