"""How code finds the chat it runs in.

The session rides in the OpenTelemetry context, next to the current span, so whatever carries
the one (tasks, threads, executors, generators that were given a context) carries the other.
"""

import asyncio
from dataclasses import dataclass

from opentelemetry import context as otel

from spanlit.tracing import Step

from .session import ChatSession, Turn

_KEY = otel.create_key("spanlit.chat")


class ChatContextError(RuntimeError):
    """Something that needs a chat was used where there is none."""


@dataclass(slots=True, frozen=True)
class ChatScope:
    """The chat and the turn that the current code runs in."""

    session: ChatSession
    turn: Turn


def with_scope(scope: ChatScope, base: otel.Context | None = None) -> otel.Context:
    """An OpenTelemetry context in which `current_scope()` finds `scope`."""
    return otel.set_value(_KEY, scope, base if base is not None else otel.Context())


def current_scope() -> ChatScope | None:
    """The chat that the current code runs in, or None outside of every chat."""
    scope = otel.get_value(_KEY)
    return scope if isinstance(scope, ChatScope) else None


def require_scope() -> ChatScope:
    """The chat that the current code runs in.

    Raises:
        ChatContextError: There is none.
    """
    scope = current_scope()
    if scope is None:
        raise ChatContextError(
            "There is no chat here. Call this from a hook such as @on_message, or from a task, "
            "make_async() function or executor with a copied context that a hook started."
        )
    return scope


class _CurrentContext:
    """What `spanlit.context` is: the chat that the current code runs in.

    Every attribute raises `ChatContextError` outside of a chat.
    """

    __slots__ = ()

    @property
    def session(self) -> ChatSession:
        """The session of the thread."""
        return require_scope().session

    @property
    def turn(self) -> Turn:
        """The run of a hook that the code belongs to."""
        return require_scope().turn

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that hooks run on."""
        return require_scope().session.loop

    @property
    def current_step(self) -> Step | None:
        """The innermost step that is running; None directly below the turn."""
        require_scope()
        return Step.current()


context = _CurrentContext()
