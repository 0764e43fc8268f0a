"""Steps and turns as OpenTelemetry spans, and the recorder that tells of them as they live.

Usable alone, without a server: every step is then a plain span of the application's own
tracer provider. `install()` attaches the recorder.
"""

from .events import (
    LiveEvent,
    SpanCheckpoint,
    SpanCorrected,
    SpanDelta,
    SpanEnded,
    SpanRemoved,
    SpanSink,
    SpanStarted,
)
from .ids import process_id, uuid7
from .live_span import LiveSpan
from .provider import install, uninstall
from .record import SpanRecord
from .recorder import Recorder, get_recorder
from .scope import TurnScope, current_scope, current_span_id
from .step_decorator import step
from .steps import Step
from .turn import turn_span

__all__ = [
    "LiveEvent",
    "LiveSpan",
    "Recorder",
    "SpanCheckpoint",
    "SpanCorrected",
    "SpanDelta",
    "SpanEnded",
    "SpanRecord",
    "SpanRemoved",
    "SpanSink",
    "SpanStarted",
    "Step",
    "TurnScope",
    "current_scope",
    "current_span_id",
    "get_recorder",
    "install",
    "process_id",
    "step",
    "turn_span",
    "uninstall",
    "uuid7",
]
