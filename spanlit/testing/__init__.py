"""What users test their apps with, and Spanlit itself: clients, servers and a span recorder.

The fixtures of `spanlit.testing.plugin` are there in every pytest run; nothing here needs
pytest. Names are imported when they are first used, because pytest loads that plugin, and with
it this package, in every project of the environment.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .blocking import BlockingChatClient
    from .client import Answer, ChatClient, CommandRefusedError
    from .process import AppProcess
    from .recorder import SpanRecorder
    from .server import AppServer
    from .thread_state import MissedEventsError, ThreadState
    from .trace import Trace, TraceSpan

__all__ = [
    "Answer",
    "AppProcess",
    "AppServer",
    "BlockingChatClient",
    "ChatClient",
    "CommandRefusedError",
    "MissedEventsError",
    "SpanRecorder",
    "ThreadState",
    "Trace",
    "TraceSpan",
]

_HOMES = {
    "Answer": "client",
    "AppProcess": "process",
    "AppServer": "server",
    "BlockingChatClient": "blocking",
    "ChatClient": "client",
    "CommandRefusedError": "client",
    "MissedEventsError": "thread_state",
    "SpanRecorder": "recorder",
    "ThreadState": "thread_state",
    "Trace": "trace",
    "TraceSpan": "trace",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
