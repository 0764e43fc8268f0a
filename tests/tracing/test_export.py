"""Export by the standard variables, proven against real OTLP receivers."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

from spanlit.tracing import Step, TurnScope, install, turn_span


class Receiver:
    """What an OTLP receiver took in."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []

    def take(self, request: ExportTraceServiceRequest, headers: dict[str, str]) -> None:
        self.requests.append(request)
        self.headers.append({key.lower(): value for key, value in headers.items()})

    @property
    def spans(self) -> dict[str, Span]:
        return {
            span.name: span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


def attributes(span: Span) -> dict[str, Any]:
    return {
        item.key: getattr(item.value, item.value.WhichOneof("value")) for item in span.attributes
    }


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def http_endpoint(receiver: Receiver) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # name given by http.server
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.take(ExportTraceServiceRequest.FromString(body), dict(self.headers))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def grpc_endpoint(receiver: Receiver) -> Iterator[str]:
    class Servicer(TraceServiceServicer):
        def Export(  # noqa: N802 # name given by gRPC
            self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
        ) -> ExportTraceServiceResponse:
            receiver.take(request, dict(context.invocation_metadata()))  # type: ignore[arg-type] # str only
            return ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(1))
    add_TraceServiceServicer_to_server(Servicer(), server)  # type: ignore[no-untyped-call] # generated
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture(autouse=True)
def no_otel_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT", "PROTOCOL", "TRACES_ENDPOINT", "TRACES_PROTOCOL", "HEADERS"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    monkeypatch.delenv("OTEL_TRACES_EXPORTER", raising=False)


def run_a_turn() -> TracerProvider:
    """A turn, exported to the end by the provider that `install` made."""
    scope = TurnScope(owner="app", thread_id="thread-1")
    with turn_span("on_message", scope), Step("search", type="tool") as search:
        search.input = {"query": "otel"}
        search.output = "found"
        with Step("inner"):
            pass
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.shutdown()
    return provider


def processors(provider: TracerProvider) -> list[SpanProcessor]:
    return list(provider._active_span_processor._span_processors)


def assert_the_turn_arrived(receiver: Receiver) -> None:
    spans = receiver.spans
    assert spans.keys() == {"on_message", "search", "inner"}
    assert len({span.trace_id for span in spans.values()}) == 1
    assert spans["on_message"].parent_span_id == b""
    assert spans["search"].parent_span_id == spans["on_message"].span_id
    assert spans["inner"].parent_span_id == spans["search"].span_id
    found = attributes(spans["search"])
    assert (found["input.value"], found["output.value"]) == ('{"query":"otel"}', "found")
    assert found["gen_ai.conversation.id"] == "thread-1"
    assert found["gen_ai.tool.name"] == "search"


def test_an_endpoint_is_enough(
    receiver: Receiver, http_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_endpoint)
    install()
    run_a_turn()
    assert_the_turn_arrived(receiver)
    assert receiver.headers[0]["content-type"] == "application/x-protobuf"


def test_headers_and_compression(
    receiver: Receiver, http_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{http_endpoint}/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=secret")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    install()
    run_a_turn()
    assert_the_turn_arrived(receiver)
    assert receiver.headers[0]["x-api-key"] == "secret"
    assert receiver.headers[0]["content-encoding"] == "gzip"


def test_grpc(receiver: Receiver, grpc_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", grpc_endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=secret")
    install()
    run_a_turn()
    assert_the_turn_arrived(receiver)
    assert receiver.headers[0]["x-api-key"] == "secret"


def test_content_can_be_kept_back(
    receiver: Receiver, http_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_endpoint)
    install(export_content=False)
    with trace.get_tracer("lib").start_as_current_span("chat gpt-4o") as span:
        span.set_attributes(
            {
                "gen_ai.input.messages": "secret",
                "gen_ai.prompt.0.content": "secret",
                "llm.input_messages.0.message.content": "secret",
                "gen_ai.request.model": "gpt-4o",
            }
        )
        span.add_event("gen_ai.choice", {"gen_ai.output.messages": "secret", "index": 0})
    run_a_turn()
    assert "secret" not in str(receiver.requests)
    assert "otel" not in str(attributes(receiver.spans["search"]))
    assert attributes(receiver.spans["chat gpt-4o"]) == {"gen_ai.request.model": "gpt-4o"}
    search = attributes(receiver.spans["search"])
    assert (search["gen_ai.tool.name"], search["input.mime_type"]) == ("search", "application/json")
    assert receiver.spans["search"].parent_span_id == receiver.spans["on_message"].span_id


def test_several_exporters(
    receiver: Receiver,
    http_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp, console")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_endpoint)
    install()
    run_a_turn()
    assert_the_turn_arrived(receiver)
    first = json.JSONDecoder().raw_decode(capsys.readouterr().out)[0]
    assert first["name"] == "inner"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
    ],
)
def test_nothing_is_exported_unasked(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    install()
    exporting = (BatchSpanProcessor, SimpleSpanProcessor)
    assert not [one for one in processors(run_a_turn()) if isinstance(one, exporting)]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OTEL_TRACES_EXPORTER": "jaeger"}, "names 'jaeger'; accepted are console, none, otlp"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "udp"},
            "'udp'; accepted are 'http/protobuf' and 'grpc'",
        ),
    ],
)
def test_what_is_wrong_is_said_and_the_application_runs_on(
    variables: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    install()
    run_a_turn()
    assert message in caplog.text


def test_a_provider_of_the_application_keeps_its_own_exporters(
    provider: TracerProvider, http_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_endpoint)
    before = processors(provider)
    install()
    added = [processor for processor in processors(provider) if processor not in before]
    assert [type(processor).__name__ for processor in added] == ["SpanTap"]
