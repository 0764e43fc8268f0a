"""Scores leave as events, proven against a real OTLP receiver."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry import _logs, trace
from opentelemetry._logs import _internal as logs
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.util._once import Once

from spanlit.tracing import Step, TurnScope, install, turn_span
from spanlit.tracing.evaluation import Evaluation, emit_evaluation, install_events

TRACE_ID = "0123456789abcdef0123456789abcdef"
SPAN_ID = "0123456789abcdef"


class Receiver:
    """What an OTLP receiver took in, by path."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []

    @property
    def events(self) -> list[LogRecord]:
        return [
            record
            for path, body in self.bodies
            if path == "/v1/logs"
            for resource in ExportLogsServiceRequest.FromString(body).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def endpoint(receiver: Receiver) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # name given by http.server
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.bodies.append((self.path, body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ExportLogsServiceResponse().SerializeToString())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_logger_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """OpenTelemetry lets the global provider be set once; here once per test."""
    for name in ("ENDPOINT", "PROTOCOL", "LOGS_ENDPOINT", "LOGS_PROTOCOL", "TRACES_ENDPOINT"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    for name in ("OTEL_LOGS_EXPORTER", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(logs, "_LOGGER_PROVIDER", None)
    monkeypatch.setattr(logs, "_LOGGER_PROVIDER_SET_ONCE", Once())
    yield
    shut_down()


def shut_down() -> None:
    provider = _logs.get_logger_provider()
    if isinstance(provider, LoggerProvider):
        provider.shutdown()


def attributes(record: LogRecord) -> dict[str, Any]:
    return {
        item.key: [one.string_value for one in item.value.array_value.values]
        if item.value.HasField("array_value")
        else getattr(item.value, str(item.value.WhichOneof("value")))
        for item in record.attributes
    }


def test_a_score_is_an_event_of_the_scored_span(
    receiver: Receiver, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    install()
    install_events()
    install_events()
    with turn_span("on_message", TurnScope(owner="app", thread_id="t1")), Step("search") as step:
        pass
    with Step("another one, which must not be taken for the scored one"):
        emit_evaluation(
            Evaluation(
                name="relevance",
                time_ns=1_700_000_000_000_000_000,
                value=0.25,
                label="poor",
                explanation="off topic",
                trace_id=step.trace_id,
                span_id=step.id,
                thread_id="t1",
                source="judge",
                by="gpt-5",
                reasons=("irrelevant",),
            )
        )
    shut_down()
    tracer_provider = trace.get_tracer_provider()
    assert isinstance(tracer_provider, TracerProvider)
    tracer_provider.shutdown()

    (event,) = receiver.events
    assert event.event_name == "gen_ai.evaluation.result"
    assert (event.trace_id.hex(), event.span_id.hex()) == (step.trace_id, step.id)
    assert event.time_unix_nano == 1_700_000_000_000_000_000
    assert attributes(event) == {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": 0.25,
        "gen_ai.evaluation.score.label": "poor",
        "gen_ai.evaluation.explanation": "off topic",
        "gen_ai.conversation.id": "t1",
        "spanlit.score.source": "judge",
        "spanlit.score.by": "gpt-5",
        "spanlit.score.reasons": ["irrelevant"],
    }


def test_traces_and_threads_are_judged_as_a_whole(
    receiver: Receiver, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", f"{endpoint}/v1/logs")
    install_events()
    with Step("not this one"):
        emit_evaluation(Evaluation(name="trace", time_ns=1, trace_id=TRACE_ID))
        emit_evaluation(Evaluation(name="thread", time_ns=1, thread_id="t1"))
    shut_down()

    events = {attributes(event)["gen_ai.evaluation.name"]: event for event in receiver.events}
    assert events["trace"].trace_id.hex() == TRACE_ID
    assert not int.from_bytes(events["trace"].span_id, "big")
    assert not int.from_bytes(events["thread"].trace_id, "big")
    assert attributes(events["thread"])["gen_ai.conversation.id"] == "t1"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_LOGS_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
    ],
)
def test_no_event_leaves_unasked(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    install_events()
    emit_evaluation(Evaluation(name="x", time_ns=1, trace_id=TRACE_ID, span_id=SPAN_ID))

    assert not isinstance(_logs.get_logger_provider(), LoggerProvider)


def test_a_provider_of_the_application_stays(
    endpoint: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call] # not typed
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    _logs.set_logger_provider(provider)

    install_events()
    emit_evaluation(Evaluation(name="x", time_ns=1, trace_id=TRACE_ID, span_id=SPAN_ID))

    (event,) = exporter.get_finished_logs()
    assert event.log_record.event_name == "gen_ai.evaluation.result"
    assert not receiver.bodies


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OTEL_LOGS_EXPORTER": "loki"}, "names 'loki'; accepted are console, none, otlp"),
        (
            {"OTEL_LOGS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "udp"},
            "'udp'; accepted are 'http/protobuf' and 'grpc'",
        ),
    ],
)
def test_what_is_wrong_is_said(
    variables: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.ERROR)
    install_events()

    assert message in caplog.text
