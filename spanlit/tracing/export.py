"""Exporters as the standard `OTEL_*` variables ask for them."""

import importlib.metadata
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)

from .attributes import CONTENT_KEYS, CONTENT_PREFIXES
from .export_variables import otlp_protocol, wanted_exporters

log = logging.getLogger(__name__)


def add_exporters(provider: TracerProvider, *, content: bool) -> None:
    """Let `provider` export to wherever the environment says.

    `OTEL_TRACES_EXPORTER` lists exporters (`otlp`, `console`, `none`, or the name of an entry
    point `opentelemetry_traces_exporter`). Without it, an OTLP endpoint in the environment is
    enough. Protocols are `http/protobuf` (default) and `grpc`. What is wrong is logged, with
    the accepted values; the application runs on.

    Args:
        provider: A provider without exporters.
        content: False keeps prompts, answers and other content back.
    """
    for name in wanted_exporters("TRACES"):
        try:
            exporter = _make(name)
        except Exception as error:
            log.error("Spans are not exported to %r: %s", name, error)
            continue
        if not content:
            exporter = WithoutContent(exporter)
        provider.add_span_processor(
            SimpleSpanProcessor(exporter) if name == "console" else BatchSpanProcessor(exporter)
        )


def _make(name: str) -> SpanExporter:
    if name == "otlp":
        return _otlp(otlp_protocol("TRACES"))
    if name == "console":
        return ConsoleSpanExporter(out=sys.stdout)  # not that of the time of its import
    return _from_entry_point(name)


def _otlp(protocol: str) -> SpanExporter:
    # The exporters read endpoint, headers, timeout, compression and certificates themselves.
    if protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter as HttpExporter,
        )

        return HttpExporter()
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
        OTLPSpanExporter as GrpcExporter,
    )

    return GrpcExporter()


def _from_entry_point(name: str) -> SpanExporter:
    group = importlib.metadata.entry_points(group="opentelemetry_traces_exporter")
    found = next(iter(group.select(name=name)), None)
    if found is None:
        known = ", ".join(sorted({"otlp", "console", "none"} | {entry.name for entry in group}))
        raise ValueError(f"OTEL_TRACES_EXPORTER names {name!r}; accepted are {known}")
    exporter: Callable[[], SpanExporter] = found.load()
    return exporter()


class WithoutContent(SpanExporter):
    """Exports spans without what people and models said.

    Args:
        exporter: Gets the spans that are left.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_without_content(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _without_content(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_facts(span.attributes),
        events=[
            Event(event.name, _facts(event.attributes), event.timestamp) for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _facts(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        key: value
        for key, value in (attributes or {}).items()
        if key not in CONTENT_KEYS and not key.startswith(CONTENT_PREFIXES)
    }
