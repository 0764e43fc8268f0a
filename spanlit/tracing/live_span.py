"""`LiveSpan`: an OpenTelemetry span whose input and output stream. Steps and messages are one."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from opentelemetry.context import Context, get_current
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Link, Span, StatusCode
from opentelemetry.util.types import AnyValue

from . import attributes as keys
from .content import TEXT, clean
from .ids import span_id_hex, trace_id_hex
from .kinds import OPENINFERENCE_NAMES
from .provider import current_tracer, emergency_tracer
from .recorder import get_recorder
from .scope import current_scope
from .types import BodyField, Kind

log = logging.getLogger(__name__)

_VALUE_KEYS: dict[BodyField, str] = {"input": keys.INPUT_VALUE, "output": keys.OUTPUT_VALUE}
_MIME_KEYS: dict[BodyField, str] = {"input": keys.INPUT_MIME, "output": keys.OUTPUT_MIME}


class LiveSpan:
    """A span with live text.

    The bodies become attributes when the span ends; until then the recorder hears of them as
    they grow. Changes after the end are gathered until `update()` tells of them: stores and
    live views follow, what was exported does not. No method raises.

    Attributes:
        id: Span id, 16 hex digits.
        trace_id: Trace id, 32 hex digits.
        name: Name of the span.
        kind: What the span is.
        context: The parent's context with this span current. Attach it yourself.
        ended: True after `end()`.
    """

    __slots__ = (
        "__weakref__",
        "_bodies",
        "_changes",
        "_has_first_chunk",
        "_key",
        "_mimes",
        "_recorder",
        "_scope",
        "_span",
        "_started_ns",
        "context",
        "ended",
        "id",
        "kind",
        "name",
        "trace_id",
    )

    def __init__(self, span: Span, name: str, kind: Kind, parent: Context) -> None:
        """Take over a span that was just started; applications call `LiveSpan.start`."""
        span_context = span.get_span_context()
        self.id = span_id_hex(span_context)
        self.trace_id = trace_id_hex(span_context)
        self.name = name
        self.kind = kind
        self.context = trace.set_span_in_context(span, parent)
        self.ended = False
        self._span = span
        self._key = span_context.span_id
        self._scope = current_scope(parent)
        self._recorder = get_recorder()
        self._bodies: dict[BodyField, list[str]] = {}
        self._mimes: dict[BodyField, str] = {}
        self._changes: dict[str, AnyValue] = {}
        self._has_first_chunk = kind != "llm"
        self._started_ns = time.time_ns()

    @classmethod
    def start(
        cls,
        name: str,
        *,
        kind: Kind,
        attributes: Mapping[str, AnyValue] | None = None,
        context: Context | None = None,
        links: Sequence[Link] | None = None,
        start_time_ns: int | None = None,
    ) -> "LiveSpan":
        """Start a span; it does not become the current one.

        Args:
            name: Name of the span.
            kind: What the span is.
            attributes: First attributes; `input.value` and `output.value` are first bodies.
            context: Where the parent is looked up; the current context by default.
            links: Links to other spans.
            start_time_ns: Unix time in nanoseconds; now by default.
        """
        parent = get_current() if context is None else context
        values: dict[str, AnyValue] = {keys.KIND: kind}
        if kind in OPENINFERENCE_NAMES:
            values[keys.OPENINFERENCE_KIND] = OPENINFERENCE_NAMES[kind]
        if attributes:
            values.update(attributes)
        try:
            span = current_tracer().start_span(
                name, parent, attributes=values, links=links, start_time=start_time_ns
            )
        except Exception:  # from a processor of the application
            log.exception("Span %r is not exported: a span processor failed at its start", name)
            span = emergency_tracer().start_span(
                name, parent, attributes=values, links=links, start_time=start_time_ns
            )
        live = cls(span, name, kind, parent)
        live._adopt_bodies(values)
        return live

    def append(self, text: str, field: BodyField = "output") -> None:
        """Add streamed text to the end of a body."""
        if not text:
            return
        text = clean(text)
        body = self._bodies.get(field)
        if body is None:
            self._bodies[field] = [text]
        else:
            body.append(text)
        if self.ended:
            return
        self._recorder.appended(self._key, field, text)
        if not self._has_first_chunk and field == "output":
            self._note_first_chunk()

    def set_body(self, field: BodyField, value: str, mime: str = TEXT) -> None:
        """Replace a body as a whole."""
        value = clean(value)
        self._bodies[field] = [value]
        self._mimes[field] = mime
        if not self.ended:
            self._recorder.replaced(self._key, field, value, mime)

    def body(self, field: BodyField) -> str:
        """A body as it is now."""
        return "".join(self._bodies.get(field, ()))

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """Set attributes; after the end they wait for `update()`."""
        if self.ended:
            self._changes.update(attributes)
        else:
            self._span.set_attributes(attributes)

    def rename(self, name: str) -> None:
        """Give the span another name; after the end it waits for `update()`."""
        self.name = name
        if not self.ended:
            self._span.update_name(name)

    def fail(self, error: BaseException | str) -> None:
        """Mark the span as failed. Nothing happens after its end.

        Args:
            error: The exception, or what went wrong in words.
        """
        if self.ended:
            return
        if isinstance(error, str):
            self._span.set_attribute(keys.ERROR_TYPE, "_OTHER")
            self._span.set_status(StatusCode.ERROR, clean(error))
            return
        name = type(error).__qualname__
        self._span.set_attribute(keys.ERROR_TYPE, _qualified_name(type(error)))
        try:
            self._span.set_status(StatusCode.ERROR, clean(f"{name}: {error}"))
            self._span.record_exception(error, escaped=True)
        except Exception:  # from the __str__ of an exception
            self._span.set_status(StatusCode.ERROR, name)

    def cancel(self) -> None:
        """Mark the span as stopped before it was finished. Nothing happens after its end."""
        if not self.ended:
            self._span.set_attribute(keys.CANCELLED, True)

    def end(self, *, end_time_ns: int | None = None) -> None:
        """End the span; the second time nothing happens.

        Args:
            end_time_ns: Unix time in nanoseconds; now by default.
        """
        if self.ended:
            return
        self.ended = True
        if self._bodies:
            self._span.set_attributes(self._body_attributes())
        try:
            self._span.end(end_time_ns)
        except Exception:  # from a processor of the application
            log.exception("A span processor failed at the end of span %r", self.name)

    def finish(self, error: BaseException | None = None) -> None:
        """End the span as what was done in it ended: well, with an error, or stopped.

        Args:
            error: What was raised; `asyncio.CancelledError` and `GeneratorExit` mean stopped.
        """
        if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            self.cancel()
        elif error is not None:
            self.fail(error)
        self.end()

    def update(self) -> None:
        """Tell of the present state now, also after the end."""
        if not self.ended:
            self._recorder.updated(self._key)
        elif isinstance(self._span, ReadableSpan):
            self._recorder.corrected(self._span, self._scope, self._all_changes(), self.name)

    def remove(self) -> None:
        """Take the span back: live views and stores leave it out from now on."""
        self.end()
        if isinstance(self._span, ReadableSpan):
            self._recorder.removed(self._span, self._scope, self._all_changes(), self.name)

    def _adopt_bodies(self, values: Mapping[str, AnyValue]) -> None:
        for field, key in _VALUE_KEYS.items():
            value = values.get(key)
            if isinstance(value, str):
                self._bodies[field] = [value]
                mime = values.get(_MIME_KEYS[field])
                if isinstance(mime, str):
                    self._mimes[field] = mime
                self._restore_cut_body(field, value)

    def _restore_cut_body(self, field: BodyField, value: str) -> None:
        """`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT` is meant for exporters, not for us."""
        values = self._span.attributes if isinstance(self._span, ReadableSpan) else None
        if values is not None and values.get(_VALUE_KEYS[field]) != value:
            self._recorder.replaced(self._key, field, value, self._mimes.get(field, TEXT))

    def _body_attributes(self) -> dict[str, AnyValue]:
        values: dict[str, AnyValue] = {}
        for field, parts in self._bodies.items():
            values[_VALUE_KEYS[field]] = "".join(parts)
            mime = self._mimes.get(field)
            if mime is not None:
                values[_MIME_KEYS[field]] = mime
        return values

    def _all_changes(self) -> dict[str, AnyValue]:
        return self._changes | self._body_attributes()

    def _note_first_chunk(self) -> None:
        self._has_first_chunk = True
        seconds = (time.time_ns() - self._started_ns) / 1e9
        self._span.set_attribute(keys.TIME_TO_FIRST_CHUNK, seconds)


def _qualified_name(error: type[BaseException]) -> str:
    if error.__module__ == "builtins":
        return error.__qualname__
    return f"{error.__module__}.{error.__qualname__}"
