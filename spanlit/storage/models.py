"""What a store keeps besides spans. Times are Unix nanoseconds, ids are strings."""

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from spanlit.tracing.record import DEFAULT_PROJECT
from spanlit.tracing.types import Kind

ScoreSource = Literal["user", "reviewer", "judge", "code", "api"]
JsonObject = dict[str, Any]
T = TypeVar("T")

MODEL_CALLS: tuple[Kind, ...] = ("llm", "embedding", "rerank")
"""Kinds of span whose tokens and cost are summed. Agents and turns repeat those of their
children, so they do not count."""

PROCESS_WINDOW_NS = 86_400 * 10**9
"""How long ago a process may have been seen to be still listed: a day."""


@dataclass(slots=True, frozen=True)
class Thread:
    """One conversation. `id` is a UUIDv7, also on spans as `gen_ai.conversation.id`."""

    id: str
    user_id: str
    name: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    tags: tuple[str, ...] = ()
    metadata: JsonObject = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class User:
    """Someone who owns threads. `identifier` is what authentication calls them."""

    id: str
    identifier: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    display_name: str = ""
    metadata: JsonObject = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Element:
    """Something shown with a message: an image, a file, a table. Bytes lie elsewhere."""

    id: str
    thread_id: str
    trace_id: str
    span_id: str
    type: str
    name: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    mime: str = ""
    url: str = ""
    object_key: str = ""
    size: int = 0
    props: JsonObject = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Score:
    """Feedback on a span. One per `(span, user, name)`: a second one replaces the first."""

    trace_id: str
    span_id: str
    name: str
    user_id: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    thread_id: str = ""
    source: ScoreSource = "user"
    value: float | None = None
    label: str = ""
    comment: str = ""
    metadata: JsonObject = field(default_factory=dict)
    removed: bool = False


@dataclass(slots=True, frozen=True)
class Process:
    """The heartbeat of a process that has spans open. Its spans are abandoned when it stops."""

    id: str
    host: str
    pid: int
    started_at_ns: int
    seen_at_ns: int
    stopped: bool = False


@dataclass(slots=True, frozen=True)
class TurnTotals:
    """Sums over the finished spans of one trace; tokens and cost of model calls only."""

    trace_id: str
    span_count: int
    error_count: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(slots=True, frozen=True)
class Page(Generic[T]):
    """One page of a list. `next_cursor` is None on the last page."""

    items: list[T]
    next_cursor: str | None = None
