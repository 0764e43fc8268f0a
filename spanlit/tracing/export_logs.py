"""Exporters of log records, among them events, as the standard `OTEL_*` variables ask for them."""

import importlib.metadata
import logging
import sys
from collections.abc import Callable

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    ConsoleLogRecordExporter,
    LogRecordExporter,
    SimpleLogRecordProcessor,
)

from .export_variables import otlp_protocol, wanted_exporters

log = logging.getLogger(__name__)

_GROUP = "opentelemetry_logs_exporter"


def add_log_exporters(provider: LoggerProvider) -> None:
    """Let `provider` export to wherever the environment says.

    `OTEL_LOGS_EXPORTER` lists exporters (`otlp`, `console`, `none`, or the name of an entry
    point `opentelemetry_logs_exporter`). Without it, an OTLP endpoint that is not for traces
    only is enough. What is wrong is logged; the application runs on.
    """
    for name in wanted_exporters("LOGS"):
        try:
            exporter = _make(name)
        except Exception as error:
            log.error("Events are not exported to %r: %s", name, error)
            continue
        provider.add_log_record_processor(
            SimpleLogRecordProcessor(exporter)
            if name == "console"
            else BatchLogRecordProcessor(exporter)
        )


def _make(name: str) -> LogRecordExporter:
    if name == "otlp":
        return _otlp()
    if name == "console":
        return ConsoleLogRecordExporter(out=sys.stdout)
    group = importlib.metadata.entry_points(group=_GROUP)
    found = next(iter(group.select(name=name)), None)
    if found is None:
        known = ", ".join(sorted({"otlp", "console", "none"} | {entry.name for entry in group}))
        raise ValueError(f"OTEL_LOGS_EXPORTER names {name!r}; accepted are {known}")
    exporter: Callable[[], LogRecordExporter] = found.load()
    return exporter()


def _otlp() -> LogRecordExporter:
    # The exporters read endpoint, headers, timeout, compression and certificates themselves.
    if otlp_protocol("LOGS") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
            OTLPLogExporter as GrpcExporter,
        )

        return GrpcExporter()
    from opentelemetry.exporter.otlp.proto.http._log_exporter import (
        OTLPLogExporter as HttpExporter,
    )

    return HttpExporter()
