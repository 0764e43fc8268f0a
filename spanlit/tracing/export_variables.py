"""What the standard `OTEL_*` variables ask to be exported."""

import os
from collections.abc import Iterator
from typing import Literal

Signal = Literal["TRACES", "LOGS"]


def wanted_exporters(signal: Signal) -> Iterator[str]:
    """Names of exporters: those of `OTEL_{signal}_EXPORTER`; `otlp` if only an endpoint is set."""
    listed = os.environ.get(f"OTEL_{signal}_EXPORTER", "").strip()
    if not listed and _otlp_variable(signal, "ENDPOINT"):
        listed = "otlp"
    names = [name.strip() for name in listed.split(",")]
    return (name for name in names if name not in ("", "none"))


def otlp_protocol(signal: Signal) -> Literal["http/protobuf", "grpc"]:
    """The protocol to export with.

    Raises:
        ValueError: The environment asks for another one.
    """
    protocol = (_otlp_variable(signal, "PROTOCOL") or "http/protobuf").strip()
    if protocol == "http/protobuf":
        return "http/protobuf"
    if protocol == "grpc":
        return "grpc"
    raise ValueError(
        f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; accepted are 'http/protobuf' and 'grpc'"
    )


def _otlp_variable(signal: Signal, name: str) -> str:
    own = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_{name}")
    return own or os.environ.get(f"OTEL_EXPORTER_OTLP_{name}", "")
