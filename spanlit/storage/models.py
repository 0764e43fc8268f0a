"""What a store keeps besides spans. Times are Unix nanoseconds, ids are strings."""

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from spanlit.tracing.record import DEFAULT_PROJECT
from spanlit.tracing.types import Kind

ScoreSource = Literal["user", "reviewer", "judge", "code", "api"]
"""Who says so: someone who uses the app, someone who reviews it, a model, a program of the app,
or a caller of the API."""

ScoreType = Literal["number", "boolean", "category", "text"]
"""What a score holds: `value`, `value` (0 or 1), `label`, or only `comment`."""

AskStatus = Literal["pending", "answered", "timeout", "cancelled"]
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
    removed: bool = False


@dataclass(slots=True, frozen=True)
class Score:
    """Feedback on a span, on a trace (no `span_id`) or on a thread (no `trace_id` either).

    One per target, `user_id` and `name`: a later one replaces it.
    """

    name: str
    created_at_ns: int
    updated_at_ns: int
    trace_id: str = ""
    span_id: str = ""
    thread_id: str = ""
    user_id: str = ""
    """Who says so; for judges and programs what they call themselves."""
    project: str = DEFAULT_PROJECT
    source: ScoreSource = "user"
    type: ScoreType = "number"
    value: float | None = None
    label: str = ""
    comment: str = ""
    reasons: tuple[str, ...] = ()
    """What was chosen from a list of reasons, such as `"incorrect"`."""
    metadata: JsonObject = field(default_factory=dict)
    removed: bool = False

    @property
    def target(self) -> tuple[str, str, str]:
        """Thread, trace and span; empty where it does not matter which."""
        return ("" if self.trace_id else self.thread_id, self.trace_id, self.span_id)


@dataclass(slots=True, frozen=True)
class Action:
    """A button below a message."""

    id: str
    thread_id: str
    trace_id: str
    span_id: str
    """The message."""
    name: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    label: str = ""
    tooltip: str = ""
    icon: str = ""
    payload: JsonObject = field(default_factory=dict)
    removed: bool = False


@dataclass(slots=True, frozen=True)
class Ask:
    """A question that suspends a turn until someone answers, also after a restart."""

    id: str
    thread_id: str
    trace_id: str
    span_id: str
    type: str
    """What is asked for: text, file, action, form, approval."""
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    spec: JsonObject = field(default_factory=dict)
    """What to show: the prompt, choices, limits."""
    status: AskStatus = "pending"
    answer: JsonObject = field(default_factory=dict)
    expires_at_ns: int = 0
    """When it times out; 0: never."""


@dataclass(slots=True, frozen=True)
class Session:
    """What an app remembers of a thread between its turns (`cl.user_session`)."""

    thread_id: str
    user_id: str
    created_at_ns: int
    updated_at_ns: int
    project: str = DEFAULT_PROJECT
    state: JsonObject = field(default_factory=dict)


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
