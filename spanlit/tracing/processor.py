"""The one span processor that Spanlit attaches to a tracer provider."""

import logging
from typing import Protocol

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from .scope import TurnScope, current_scope

log = logging.getLogger(__name__)


class SpanListener(Protocol):
    """Who hears of spans; calls come from the thread that starts or ends the span."""

    def started(self, span: Span, scope: TurnScope | None) -> None: ...

    def ended(self, span: ReadableSpan) -> None: ...


class SpanTap(SpanProcessor):
    """Stamps the spans of a turn and tells the listener of every span.

    OpenTelemetry lets an exception in a processor reach the code that starts the span and skips
    the processors after it, so nothing leaves these methods. A processor cannot be taken off a
    provider again; clearing `listener` silences it.
    """

    def __init__(self) -> None:
        self.listener: SpanListener | None = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        listener = self.listener
        if listener is None:
            return
        try:
            scope = current_scope(parent_context)
            if scope is not None:
                span.set_attributes(scope.attributes)
            listener.started(span, scope)
        except Exception:
            log.exception("The start of span %r was not recorded", span.name)

    def on_end(self, span: ReadableSpan) -> None:
        listener = self.listener
        if listener is None:
            return
        try:
            listener.ended(span)
        except Exception:
            log.exception("The end of span %r was not recorded", span.name)
