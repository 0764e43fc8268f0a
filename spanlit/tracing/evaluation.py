"""Scores as OpenTelemetry events, so that other backends get them too."""

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry import trace
from opentelemetry._logs import (
    LogRecord,
    SeverityNumber,
    get_logger,
    get_logger_provider,
    set_logger_provider,
)
from opentelemetry._logs._internal import ProxyLoggerProvider
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN_ID, NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.util.types import AnyValue

from . import attributes as keys
from .provider import SCOPE_NAME

log = logging.getLogger(__name__)

EVENT_NAME: Final = "gen_ai.evaluation.result"

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One result of judging a span, a trace or a thread."""

    name: str
    time_ns: int
    """When it was given, Unix time in nanoseconds."""
    value: float | None = None
    label: str = ""
    explanation: str = ""
    trace_id: str = ""
    """32 hex digits; "" if a thread is judged."""
    span_id: str = ""
    """16 hex digits; "" if a whole trace or a thread is judged."""
    thread_id: str = ""
    source: str = ""
    """Who says so: user, reviewer, judge, code or api."""
    by: str = ""
    """What a judge or a program calls itself."""
    reasons: Sequence[str] = ()


def install_events() -> None:
    """Set up where events go, as the standard `OTEL_*` variables ask for it.

    A logger provider that the application configured stays as it is; without one, and without
    an exporter in the environment, events go nowhere. Doing it twice changes nothing.
    """
    with _lock:
        if not isinstance(get_logger_provider(), ProxyLoggerProvider):
            return
        from .export_variables import wanted_exporters

        disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
        if disabled or not any(wanted_exporters("LOGS")):
            return
        from opentelemetry.sdk._logs import LoggerProvider  # slow to import

        from .export_logs import add_log_exporters

        provider = LoggerProvider()
        set_logger_provider(provider)
        if get_logger_provider() is provider:  # not if another thread was faster
            add_log_exporters(provider)


def emit_evaluation(evaluation: Evaluation) -> None:
    """Tell the configured log exporters; never raises.

    The event is a log record in the context of the span that was judged. OpenTelemetry has no
    event that takes a result back.
    """
    try:
        get_logger(SCOPE_NAME).emit(
            LogRecord(
                timestamp=evaluation.time_ns,
                context=_context(evaluation),
                severity_number=SeverityNumber.INFO,
                event_name=EVENT_NAME,
                attributes=_attributes(evaluation),
            )
        )
    except Exception:  # from a processor of the application
        log.exception("The score %r is not exported", evaluation.name)


def _context(evaluation: Evaluation) -> Context:
    if not evaluation.trace_id:
        # Explicitly nothing: an empty context would be replaced by that of the caller.
        return trace.set_span_in_context(trace.INVALID_SPAN, Context())
    judged = SpanContext(
        trace_id=int(evaluation.trace_id, 16),
        span_id=int(evaluation.span_id, 16) if evaluation.span_id else INVALID_SPAN_ID,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(NonRecordingSpan(judged), Context())


def _attributes(evaluation: Evaluation) -> dict[str, AnyValue]:
    attributes: dict[str, AnyValue] = {keys.EVALUATION_NAME: evaluation.name}
    if evaluation.value is not None:
        attributes[keys.EVALUATION_VALUE] = evaluation.value
    given = {
        keys.EVALUATION_LABEL: evaluation.label,
        keys.EVALUATION_EXPLANATION: evaluation.explanation,
        keys.CONVERSATION_ID: evaluation.thread_id,
        keys.SCORE_SOURCE: evaluation.source,
        keys.SCORE_BY: evaluation.by,
    }
    attributes.update({key: text for key, text in given.items() if text})
    if evaluation.reasons:
        attributes[keys.SCORE_REASONS] = list(evaluation.reasons)
    return attributes
