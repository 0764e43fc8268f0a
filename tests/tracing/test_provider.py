"""Attaching to whatever tracer provider there is."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import NonRecordingSpan, NoOpTracerProvider, SpanContext

from spanlit.tracing import (
    Step,
    TurnScope,
    current_scope,
    get_recorder,
    install,
    turn_span,
    uninstall,
)
from spanlit.tracing.processor import SpanTap
from tests.tracing.support import MemorySink, outline

SCOPE = TurnScope(owner="app", thread_id="thread-1")


@pytest.fixture
def sink() -> Iterator[MemorySink]:
    sink = MemorySink()
    get_recorder().add_sink(sink)
    yield sink
    get_recorder().remove_sink(sink)


def test_a_provider_is_created_if_there_is_none(sink: MemorySink) -> None:
    early = trace.get_tracer("library, imported first")
    install()
    assert isinstance(trace.get_tracer_provider(), TracerProvider)
    with turn_span("on_message", SCOPE), early.start_as_current_span("foreign"):
        pass
    assert [(r.name, r.thread_id) for r in sink.ended] == [
        ("foreign", "thread-1"),
        ("on_message", "thread-1"),
    ]


def test_the_provider_of_the_application_is_kept(
    sink: MemorySink, provider: TracerProvider, in_memory_exporter: InMemorySpanExporter
) -> None:
    early = provider.get_tracer("library, imported first")
    install()
    assert trace.get_tracer_provider() is provider
    with Step("ours"), early.start_as_current_span("theirs"):
        pass
    assert [span.name for span in in_memory_exporter.get_finished_spans()] == ["theirs", "ours"]
    assert [record.name for record in sink.ended] == ["theirs", "ours"]


def test_a_provider_that_comes_after_the_first_steps(sink: MemorySink) -> None:
    """An app file may configure OpenTelemetry while it is loaded; install comes after it."""
    with Step("too early"):
        pass
    late = TracerProvider(shutdown_on_exit=False)
    trace.set_tracer_provider(late)
    install()
    with Step("in time"):
        pass
    assert [record.name for record in sink.ended] == ["in time"]


def test_installing_twice_changes_nothing(sink: MemorySink, provider: TracerProvider) -> None:
    for _ in range(3):
        install()
    with Step("once"):
        pass
    assert outline(sink.events) == ["started once", "ended once"]


def test_uninstall_and_install_again(sink: MemorySink, provider: TracerProvider) -> None:
    sampler = provider.sampler
    for name in ("first", "second"):
        install()
        with Step(name):
            pass
        uninstall()
        assert provider.sampler is sampler
        with Step("not recorded"):
            pass
    assert [record.name for record in sink.ended] == ["first", "second"]
    assert outline(sink.events) == [
        "started first",
        "ended first",
        "started second",
        "ended second",
    ]


def test_without_capture(sink: MemorySink, provider: TracerProvider) -> None:
    install(capture=False)
    with Step("not recorded"):
        pass
    assert sink.events == []


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, ParentBased(TraceIdRatioBased(0))])
def test_sampling_hides_nothing_from_us(sink: MemorySink, sampler: TraceIdRatioBased) -> None:
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(_batch(exporter))
    trace.set_tracer_provider(provider)
    early = provider.get_tracer("library, imported first")
    install()
    theirs = early.start_as_current_span("theirs", attributes={"http.route": "/"})
    with Step("ours", type="tool", tags=["kept"]), theirs:
        pass
    provider.force_flush()
    assert exporter.get_finished_spans() == ()
    assert sink.parents() == {"theirs": "ours", "ours": None}
    assert [record.kind for record in sink.ended] == ["http", "tool"]
    assert sink.span("ours").attributes["spanlit.step.tags"] == ["kept"]


class Forgetful(Sampler):
    """Samples everything and answers without the attributes of the span."""

    def should_sample(self, *args: object, **kwargs: object) -> SamplingResult:
        return SamplingResult(Decision.RECORD_AND_SAMPLE, {"sampled.by": "me"})

    def get_description(self) -> str:
        return "Forgetful"


def test_a_sampler_that_forgets_attributes_takes_nothing_from_us(sink: MemorySink) -> None:
    trace.set_tracer_provider(TracerProvider(sampler=Forgetful(), shutdown_on_exit=False))
    install()
    with Step("ours", type="tool"):
        pass
    assert (sink.only.kind, sink.only.attributes["sampled.by"]) == ("tool", "me")


def _batch(exporter: InMemorySpanExporter) -> SpanProcessor:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    return SimpleSpanProcessor(exporter)


def test_a_remote_parent_that_is_not_sampled(sink: MemorySink, provider: TracerProvider) -> None:
    install()
    remote = NonRecordingSpan(SpanContext(0xABC, 0xDEF, is_remote=True))
    context = trace.set_span_in_context(remote, Context())
    trace.get_tracer("lib").start_span("request", context).end()
    (record,) = sink.ended
    assert (record.trace_id, record.parent_span_id) == (f"{0xABC:032x}", f"{0xDEF:016x}")


class ForeignSpan(NonRecordingSpan):
    """What a vendor's own SDK might hand out."""


class ForeignTracer(trace.Tracer):
    def start_span(self, name: str, *args: object, **kwargs: object) -> trace.Span:
        return ForeignSpan(SpanContext(0xF00, 0xBA5, is_remote=False))

    def start_as_current_span(self, name: str, *args: object, **kwargs: object):  # type: ignore[no-untyped-def] # noqa: ANN201
        return trace.use_span(self.start_span(name))


class ForeignProvider(trace.TracerProvider):
    def get_tracer(self, *args: object, **kwargs: object) -> trace.Tracer:
        return ForeignTracer()


@pytest.mark.parametrize("provider_class", [ForeignProvider, NoOpTracerProvider])
async def test_a_provider_of_another_make(
    sink: MemorySink, provider_class: type[trace.TracerProvider]
) -> None:
    trace.set_tracer_provider(provider_class())
    install()
    with turn_span("on_message", SCOPE):
        async with Step("outer", type="tool") as outer:
            assert current_scope() == SCOPE
            await outer.stream_token("text")
            with Step("inner"):
                pass
    assert sink.parents() == {"inner": "outer", "outer": "on_message", "on_message": None}
    assert {record.thread_id for record in sink.ended} == {"thread-1"}
    assert sink.span("outer").output == "text"


def test_without_install_a_foreign_provider_has_our_spans() -> None:
    trace.set_tracer_provider(ForeignProvider())
    with Step("ours") as one:
        one.output = "text"
    assert one.id == f"{0xBA5:016x}"


DISABLED = """
import asyncio
from opentelemetry import trace
from spanlit.tracing import Step, TurnScope, get_recorder, install, step, turn_span

class Sink:
    def __init__(self): self.told = []
    def publish(self, events): self.told.extend(events)

@step(type="llm")
async def answer():
    yield "one "
    yield "two"

async def main():
    with turn_span("on_message", TurnScope(owner="app", thread_id="thread-1")):
        async with Step("outer"):
            [item async for item in answer()]
            await asyncio.to_thread(step(name="in thread")(lambda: 1))

install()
sink = Sink()
get_recorder().add_sink(sink)
asyncio.run(main())
assert not trace.get_tracer("lib").start_span("x").is_recording(), "the SDK is disabled"
assert get_recorder().flush()
ended = {e.record.name: e.record for e in sink.told if type(e).__name__ == "SpanEnded"}
names = {r.span_id: r.name for r in ended.values()}
parents = {name: names.get(r.parent_span_id) for name, r in ended.items()}
assert parents == {
    "answer": "outer", "in thread": "outer", "outer": "on_message", "on_message": None
}, parents
assert ended["answer"].output == "one two"
assert {r.thread_id for r in ended.values()} == {"thread-1"}
assert len({r.trace_id for r in ended.values()}) == 1
assert any(type(e).__name__ == "SpanDelta" for e in sink.told)
"""


def test_a_disabled_sdk_does_not_disable_the_chat() -> None:
    environment = {**os.environ, "OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"}
    done = subprocess.run(
        [sys.executable, "-c", DISABLED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "", "nothing is exported"


class BrokenProcessor(SpanProcessor):
    """Breaks where OpenTelemetry lets it through to the application."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        raise RuntimeError("broken at the start")

    def on_end(self, span: ReadableSpan) -> None:
        raise RuntimeError("broken at the end")


async def test_a_broken_processor_of_the_application(
    sink: MemorySink, provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.add_span_processor(BrokenProcessor())
    install()
    with turn_span("on_message", SCOPE), Step("step") as one:
        await one.stream_token("text")
    assert sink.parents() == {"step": "on_message", "on_message": None}
    assert "a span processor failed" in caplog.text


def test_a_broken_listener_does_not_reach_the_application(
    provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenListener:
        def started(self, span: Span, scope: TurnScope | None) -> None:
            raise RuntimeError

        def ended(self, span: ReadableSpan) -> None:
            raise RuntimeError

    tap = SpanTap()
    tap.listener = BrokenListener()
    provider.add_span_processor(tap)
    trace.get_tracer("lib").start_span("x").end()
    assert caplog.text.count("was not recorded") == 2
