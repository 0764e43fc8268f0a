"""A stored thread as `on_chat_resume` gets it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

from spanlit.storage.models import Thread
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord

from .message import DEFAULT_AUTHOR

_STEP_TYPES = {"user": "user_message", "assistant": "assistant_message", "system": "system_message"}


class StepDict(TypedDict):
    """A message of the thread. The names are those that Chainlit's apps know."""

    id: str
    threadId: str
    parentId: str | None
    """None for what was said in the chat itself, not inside of a step."""
    type: str
    name: str
    output: str
    createdAt: str
    isError: bool


class ThreadDict(TypedDict):
    """A thread with its messages, oldest first."""

    id: str
    name: str
    userId: str
    createdAt: str
    tags: list[str]
    metadata: dict[str, Any]
    steps: list[StepDict]


def thread_dict(thread: Thread, spans: Sequence[SpanRecord]) -> ThreadDict:
    """Describe `thread` with those of `spans` that are messages."""
    turns = {span.span_id for span in spans if span.kind == "turn"}
    return ThreadDict(
        id=thread.id,
        name=thread.name,
        userId=thread.user_id,
        createdAt=_iso(thread.created_at_ns),
        tags=list(thread.tags),
        metadata=dict(thread.metadata),
        steps=[_step_dict(span, turns) for span in spans if span.kind == "message"],
    )


def _step_dict(span: SpanRecord, turns: set[str]) -> StepDict:
    role = str(span.attributes.get(keys.MESSAGE_ROLE, "assistant"))
    return StepDict(
        id=span.span_id,
        threadId=span.thread_id,
        parentId=None if span.parent_span_id in turns else span.parent_span_id,
        type=_STEP_TYPES.get(role, "assistant_message"),
        name=str(span.attributes.get(keys.MESSAGE_AUTHOR) or DEFAULT_AUTHOR),
        output=span.output,
        createdAt=_iso(span.start_time_ns),
        isError=bool(span.attributes.get(keys.MESSAGE_IS_ERROR)),
    )


def _iso(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, tz=UTC).isoformat()
