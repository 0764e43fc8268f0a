"""`Step`: a span seen from the chat API."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import Token
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from opentelemetry import trace
from opentelemetry.context import Context, attach, create_key, get_current, get_value, set_value
from opentelemetry.trace import NonRecordingSpan, SpanContext
from opentelemetry.util.types import AnyValue

from . import attributes as keys
from .content import TEXT, to_json, to_text
from .ids import parse_span_id
from .live_span import LiveSpan
from .scope import current_scope, detach
from .scoring import scorer
from .step_types import attributes_of_type, kind_of_type
from .step_wrap import wrap
from .types import BodyField

P = ParamSpec("P")
R = TypeVar("R")

_STEP = create_key("spanlit-step")
_UNNAMED = "step"


class Step:
    """Something that an app does: a tool call, a model call, a search, a piece of a plan.

    A context manager, sync and async; inside, the step is the parent of every step and span
    that starts there, also in tasks and threads::

        async with Step("search", type="tool") as step:
            step.input = {"query": query}
            step.output = await search(query)

    and a decorator, `Step("search", type="tool")(function)`; see also `step`. A step that is
    sent instead of entered starts with `send()` and ends with its first `update()`.

    Args:
        name: Shown in the trace.
        type: `run`, `agent`, `tool`, `llm`, `embedding`, `retrieval`, `rerank`, `guardrail` or
            `undefined`; another word is shown as a plain step.
        id: Taken for compatibility and not used: the id of a step is the id of its span.
        parent_id: Id of a step or message of the same trace under which to stand; by default
            the step that is current.
        elements: Kept with the step; not shown yet.
        metadata: Any facts, stored with the step.
        tags: Words to find the step by.
        language: Language of the output, for highlighting.
        icon: Name of a Lucide icon.
        default_open: Show the step unfolded.
        auto_collapse: Fold the step when it ends.
        show_input: False hides the input; a language highlights it.
        thread_id: Thread of a step outside of every turn. In a turn the turn decides.
    """

    def __init__(
        self,
        name: str | None = None,
        type: str = "undefined",  # Chainlit's name
        id: str | None = None,  # Chainlit's name
        parent_id: str | None = None,
        elements: Sequence[Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        language: str | None = None,
        icon: str | None = None,
        default_open: bool = False,
        auto_collapse: bool = False,
        show_input: bool | str = "json",
        thread_id: str | None = None,
    ) -> None:
        self.name = name or _UNNAMED
        self.type = type
        self.parent_id = parent_id
        self.thread_id = thread_id
        self.elements = list(elements or ())
        self.metadata = dict(metadata or {})
        self.tags = list(tags or ())
        self.language = language
        self.icon = icon
        self.default_open = default_open
        self.auto_collapse = auto_collapse
        self.show_input = show_input
        self.is_error = False
        self._span: LiveSpan | None = None
        self._token: Token[Context] | None = None
        self._was_sent = False
        self._bodies: dict[BodyField, tuple[str, str]] = {}
        self._extra: dict[str, AnyValue] = {}
        self._told: dict[str, AnyValue] = {}

    @staticmethod
    def current() -> "Step | None":
        """The innermost step that is running here; None outside of steps."""
        step = get_value(_STEP)
        return step if isinstance(step, Step) else None

    # --- what it is -----------------------------------------------------------------------
    @property
    def id(self) -> str:
        """Id of the span, 16 hex digits; "" before the step has started."""
        return "" if self._span is None else self._span.id

    @property
    def trace_id(self) -> str:
        """Id of the trace, 32 hex digits; "" before the step has started."""
        return "" if self._span is None else self._span.trace_id

    @property
    def span(self) -> LiveSpan | None:
        """The span; None before the step has started."""
        return self._span

    @property
    def context(self) -> Context:
        """An OpenTelemetry context in which this step is current; the step must have started."""
        assert self._span is not None, "begin(), send() or enter the step first"
        return set_value(_STEP, self, self._span.context)

    @property
    def input(self) -> str:
        """What went in, as text. Takes any value: structures become JSON."""
        return self._body("input")

    @input.setter
    def input(self, value: object) -> None:
        self._set_body("input", value)

    @property
    def output(self) -> str:
        """What came out, as text. Takes any value: structures become JSON."""
        return self._body("output")

    @output.setter
    def output(self, value: object) -> None:
        self._set_body("output", value)
        if isinstance(value, (list, tuple)) and self.type in ("retrieval", "rerank"):
            self.set_attributes({keys.DOCUMENT_COUNT: len(value)})

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """Set OpenTelemetry attributes, for example `gen_ai.usage.input_tokens`."""
        if self._span is None:
            self._extra.update(attributes)
        else:
            self._span.set_attributes(attributes)

    # --- its life -------------------------------------------------------------------------
    def __enter__(self) -> Self:
        self.begin()
        self._was_sent = False
        self._token = attach(self.context)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        token, self._token = self._token, None
        if token is not None:
            detach(token)
        self.finish(exc)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(exc_type, exc, traceback)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate `function`: every call is a step like this one."""
        return wrap(function, self._copy)

    def begin(self) -> LiveSpan:
        """Start the span without making it current; `finish()` ends it.

        For code that is told of beginning and end by callbacks. A step that has ended begins
        again, with a new id.
        """
        if self._span is not None and not self._span.ended:
            return self._span
        self._told = self._facts()
        self._span = LiveSpan.start(
            self.name,
            kind=kind_of_type(self.type),
            attributes=self._first_attributes(),
            context=self._parent_context(),
        )
        self._bodies = {}
        return self._span

    def finish(self, error: BaseException | None = None) -> None:
        """End the span.

        Args:
            error: What was raised, if anything; a cancellation is not an error.
        """
        span = self._span
        if span is None or span.ended:
            return
        self._tell_changes(span)
        if self.is_error and error is None:
            span.fail(self.output or "The app marked this step as failed")
        elif error is not None:
            self.is_error = isinstance(error, Exception)
        span.finish(error)

    async def send(self) -> "Step":
        """Start the step, or tell of its present state if it has started."""
        if self._span is None:
            self._begin_unentered()
        else:
            await self.update()
        return self

    async def update(self) -> bool:
        """Tell of the present state now. Ends a step that was sent, not entered."""
        span = self._span or self._begin_unentered()
        if self._was_sent and not span.ended:
            self.finish()
        else:
            self._tell_changes(span)
            span.update()
        return True

    async def remove(self) -> bool:
        """Take the step back: it disappears from the trace."""
        if self._span is not None:
            self._span.remove()
        return True

    async def stream_token(
        self, token: str, is_sequence: bool = False, is_input: bool = False
    ) -> None:
        """Add a token to the output.

        Args:
            token: Text to add.
            is_sequence: The token is the whole text so far and replaces it.
            is_input: Add to the input instead.
        """
        span = self._span or self._begin_unentered()
        field: BodyField = "input" if is_input else "output"
        if is_sequence:
            span.set_body(field, token)
        else:
            span.append(token, field)

    def score(self, name: str, value: float | bool | str | None = None, **details: Any) -> Any:
        """Say how good the step is: `spanlit.score` with this step as its target.

        Args:
            name: Which score.
            value: A number, True or False, or the name of a category.
            details: As `spanlit.score` takes them.

        Raises:
            RuntimeError: No app runs in this process that could keep it.
        """
        return scorer()(name, value, target=self, **details)

    # --- inside ---------------------------------------------------------------------------
    def _begin_unentered(self) -> LiveSpan:
        self._was_sent = True
        return self.begin()

    def _body(self, field: BodyField) -> str:
        if self._span is not None:
            return self._span.body(field)
        return self._bodies.get(field, ("", TEXT))[0]

    def _set_body(self, field: BodyField, value: object) -> None:
        text, mime = to_text(value)
        if self._span is None:
            self._bodies[field] = (text, mime)
        else:
            self._span.set_body(field, text, mime)

    def _first_attributes(self) -> dict[str, AnyValue]:
        values: dict[str, AnyValue] = {**attributes_of_type(self.type, self.name), **self._told}
        values.update(self._extra)
        if "input" in self._bodies:
            values[keys.INPUT_VALUE], values[keys.INPUT_MIME] = self._bodies["input"]
        if "output" in self._bodies:
            values[keys.OUTPUT_VALUE], values[keys.OUTPUT_MIME] = self._bodies["output"]
        if self.thread_id and current_scope() is None:
            values[keys.CONVERSATION_ID] = values[keys.SESSION_ID] = self.thread_id
        return values

    def _facts(self) -> dict[str, AnyValue]:
        """The attributes that an app may change while the step runs; defaults are left out."""
        facts: dict[str, AnyValue] = {}
        if self.tags:
            facts[keys.STEP_TAGS] = list(self.tags)
        if self.metadata:
            facts[keys.STEP_METADATA] = to_json(self.metadata)
        if self.language is not None:
            facts[keys.STEP_LANGUAGE] = self.language
        if self.icon is not None:
            facts[keys.STEP_ICON] = self.icon
        if self.default_open:
            facts[keys.STEP_DEFAULT_OPEN] = True
        if self.auto_collapse:
            facts[keys.STEP_AUTO_COLLAPSE] = True
        if self.show_input != "json":
            facts[keys.STEP_SHOW_INPUT] = self.show_input
        return facts

    def _tell_changes(self, span: LiveSpan) -> None:
        facts = self._facts()
        if facts != self._told:
            span.set_attributes(facts)
            self._told = facts
        if self.name != span.name:
            span.rename(self.name)

    def _parent_context(self) -> Context:
        current = get_current()
        parent = trace.get_current_span(current).get_span_context()
        wanted = parse_span_id(self.parent_id) if self.parent_id else None
        if wanted is None or wanted == parent.span_id or not parent.is_valid:
            return current
        asked_for = SpanContext(parent.trace_id, wanted, False, parent.trace_flags)
        return trace.set_span_in_context(NonRecordingSpan(asked_for), current)

    def _copy(self, function_name: str) -> "Step":
        return Step(
            name=function_name if self.name == _UNNAMED else self.name,
            type=self.type,
            parent_id=self.parent_id,
            elements=self.elements,
            metadata=self.metadata,
            tags=self.tags,
            language=self.language,
            icon=self.icon,
            default_open=self.default_open,
            auto_collapse=self.auto_collapse,
            show_input=self.show_input,
            thread_id=self.thread_id,
        )
