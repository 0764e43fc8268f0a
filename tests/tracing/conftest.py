"""A fresh tracer provider for every test, with ids and times that are the same in every run."""

import itertools
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once

from spanlit.tracing import get_recorder, install, uninstall
from tests.tracing.support import CountingIds, MemorySink

SECOND_NS = 1_000_000_000


@pytest.fixture(autouse=True)
def no_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """OpenTelemetry lets the global provider be set once; here once per test."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
    uninstall()  # other tests start apps, which stay installed
    yield
    uninstall()


@pytest.fixture
def provider(no_provider: None) -> Iterator[TracerProvider]:
    """The application's own provider."""
    provider = TracerProvider(id_generator=CountingIds(), shutdown_on_exit=False)
    trace.set_tracer_provider(provider)
    yield provider
    provider.shutdown()


@pytest.fixture
def in_memory_exporter(provider: TracerProvider) -> InMemorySpanExporter:
    """What the application's provider exports."""
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def spans(provider: TracerProvider) -> Iterator[MemorySink]:
    """What the recorder tells, installed on the application's provider."""
    install()
    sink = MemorySink()
    get_recorder().add_sink(sink)
    yield sink
    get_recorder().flush()
    get_recorder().remove_sink(sink)


@pytest.fixture
def ticking_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock of the SDK is a second later than the last."""
    seconds = itertools.count(SECOND_NS, SECOND_NS)
    monkeypatch.setattr("opentelemetry.sdk.trace.time_ns", lambda: next(seconds))
