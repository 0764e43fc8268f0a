"""Chat applications in which every step is an OpenTelemetry span.

Write an app against this module (`import spanlit as cl`) and start it with `spanlit run app.py`.
Names are imported when they are first used, so that `import spanlit` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanlit.server.chat import (
        ErrorMessage,
        Feedback,
        Message,
        Scored,
        ScoreError,
        chat_context,
        context,
        delete_score,
        make_async,
        on_app_shutdown,
        on_app_startup,
        on_chat_end,
        on_chat_resume,
        on_chat_start,
        on_error,
        on_feedback,
        on_message,
        on_stop,
        run_sync,
        score,
        sleep,
        user_session,
    )
    from spanlit.tracing import Step, step

__version__: str

__all__ = [
    "ErrorMessage",
    "Feedback",
    "Message",
    "ScoreError",
    "Scored",
    "Step",
    "__version__",
    "chat_context",
    "context",
    "delete_score",
    "make_async",
    "on_app_shutdown",
    "on_app_startup",
    "on_chat_end",
    "on_chat_resume",
    "on_chat_start",
    "on_error",
    "on_feedback",
    "on_message",
    "on_stop",
    "run_sync",
    "score",
    "sleep",
    "step",
    "user_session",
]

_TRACING = frozenset({"Step", "step"})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _find(name)
    return value


def _find(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("spanlit")
    home = "spanlit.tracing" if name in _TRACING else "spanlit.server.chat"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
