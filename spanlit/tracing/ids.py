"""Ids: of spans as text, of new things, and of this process."""

import os

import uuid_utils
from opentelemetry.trace import SpanContext, format_span_id, format_trace_id


def uuid7() -> str:
    """A new UUIDv7 as text: sorts by time of creation."""
    return str(uuid_utils.uuid7())


def span_id_hex(context: SpanContext) -> str:
    """The span id as 16 lower-case hex digits."""
    return format_span_id(context.span_id)


def trace_id_hex(context: SpanContext) -> str:
    """The trace id as 32 lower-case hex digits."""
    return format_trace_id(context.trace_id)


def parse_span_id(text: str) -> int | None:
    """The number behind 16 hex digits, or None if `text` is no span id."""
    if len(text) != 16:
        return None
    try:
        return int(text, 16) or None
    except ValueError:
        return None


_process_id = uuid7()


def process_id() -> str:
    """Id of this process, on every record that it makes; a forked child has its own."""
    return _process_id


def _renew_process_id() -> None:
    global _process_id
    _process_id = uuid7()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_process_id)
