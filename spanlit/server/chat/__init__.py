"""The chat API: what the author of an app writes against."""

from spanlit.tracing import Step, step

from .chat_context import chat_context
from .concurrency import make_async, run_sync, sleep
from .context import ChatContextError, context
from .feedback import Feedback
from .hooks import (
    on_app_shutdown,
    on_app_startup,
    on_chat_end,
    on_chat_resume,
    on_chat_start,
    on_error,
    on_feedback,
    on_message,
    on_stop,
)
from .message import ErrorMessage, Message
from .score_rules import ScoreError
from .scoring import Scored, delete_score, score
from .thread_dict import StepDict, ThreadDict
from .user_session import SessionAccessor, user_session

__all__ = [
    "ChatContextError",
    "ErrorMessage",
    "Feedback",
    "Message",
    "ScoreError",
    "Scored",
    "SessionAccessor",
    "Step",
    "StepDict",
    "ThreadDict",
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
