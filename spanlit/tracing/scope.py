"""Whose turn it is: facts that travel in the OpenTelemetry context to every span below."""

import contextvars
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.context import Context, create_key, get_value, set_value

from . import attributes
from .ids import span_id_hex
from .record import DEFAULT_PROJECT

_SCOPE = create_key("spanlit-turn-scope")


@dataclass(frozen=True, slots=True)
class TurnScope:
    """The thread that a turn belongs to, the app that runs it and the user who asked.

    Args:
        owner: Id of the app; live events carry it, so that each app sees its own.
        thread_id: Id of the conversation.
        user_id: Id of the user, "" if nobody is known.
        project: Namespace of the trace.
    """

    owner: str
    thread_id: str
    user_id: str = ""
    project: str = DEFAULT_PROJECT

    @property
    def attributes(self) -> dict[str, str]:
        """What every span of the turn says about it."""
        stamps = {
            attributes.CONVERSATION_ID: self.thread_id,
            attributes.SESSION_ID: self.thread_id,
        }
        if self.user_id:
            stamps[attributes.USER_ID] = self.user_id
        return stamps


def with_scope(scope: TurnScope, context: Context) -> Context:
    """A copy of `context` in which `scope` is current."""
    return set_value(_SCOPE, scope, context)


def current_scope(context: Context | None = None) -> TurnScope | None:
    """The scope in `context` (default: the current one), None outside every turn."""
    scope = get_value(_SCOPE, context)
    return scope if isinstance(scope, TurnScope) else None


def current_span_id() -> str | None:
    """Id of the current span as 16 hex digits, None if there is none."""
    span_context = trace.get_current_span().get_span_context()
    return span_id_hex(span_context) if span_context.is_valid else None


def detach(token: contextvars.Token[Context]) -> None:
    """Undo an `attach`, silently if the caller moved to another context in between.

    `opentelemetry.context.detach` logs an error with a traceback then. It happens whenever
    Python closes an abandoned async generator, and is harmless: the context of the task that
    closes it dies with that task.
    """
    try:  # noqa: SIM105 # half the time of contextlib.suppress, on every step
        token.var.reset(token)
    except ValueError:
        pass
