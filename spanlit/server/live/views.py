"""What the browser sees of threads, turns, messages, spans and scores.

The same models serve REST answers, snapshots and live events. Times are integer microseconds
since the epoch: nanoseconds do not fit a JavaScript number.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from spanlit.storage.models import ScoreSource, ScoreType
from spanlit.tracing.types import Kind, Role, Status

Microseconds = Annotated[int, Field(ge=0, description="Microseconds since the Unix epoch")]


class View(BaseModel):
    """Base of everything that goes over the wire: unknown keys are errors.

    Fields with a default are always sent, so the schema of what is sent calls them required.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


class ThreadView(View):
    """A row of the thread list."""

    id: str
    name: str
    created_us: Microseconds
    updated_us: Microseconds
    running: bool = False


class TurnView(View):
    """A turn: one trace. The sums cover the spans that have ended."""

    trace_id: str
    span_id: str
    name: str
    status: Status
    start_us: Microseconds
    end_us: Microseconds | None = None
    span_count: int = 0
    error_count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class MessageView(View):
    """A message with its whole text. `id` is the id of its span."""

    id: str
    trace_id: str
    role: Role
    author: str
    text: str
    status: Status
    start_us: Microseconds
    end_us: Microseconds | None = None
    language: str | None = None
    is_error: bool = False
    command_id: str | None = None
    """Id of the client command that sent it; the sender finds its optimistic copy by it."""


class MessageFacts(View):
    """What a span of kind `message` says about itself when it starts."""

    role: Role
    author: str
    language: str | None = None
    is_error: bool = False
    command_id: str | None = None


class SpanView(View):
    """A row of the trace tree; bodies are previews (at most 200 characters)."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: Kind
    status: Status
    start_us: Microseconds
    end_us: Microseconds | None = None
    status_message: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    ttft_ms: float = 0.0
    document_count: int | None = None
    input_preview: str = ""
    output_preview: str = ""
    icon: str | None = None
    default_open: bool = False
    message: MessageFacts | None = None


class SpanEventView(View):
    """Something that happened during a span."""

    name: str
    time_us: Microseconds
    attributes: dict[str, Any]


class SpanLinkView(View):
    """A span that this one refers to."""

    trace_id: str
    span_id: str
    attributes: dict[str, Any]


class SpanDetail(SpanView):
    """One span with everything that is known of it."""

    input: str
    output: str
    input_mime: str = "text/plain"
    output_mime: str = "text/plain"
    input_size: int | None = None
    """Bytes of the whole, if `input` is its beginning only; `getSpanBody` has the whole."""
    output_size: int | None = None
    attributes_size: int | None = None
    """Bytes of those attributes of which `attributes` has the beginning only, as JSON."""
    show_input: str | bool = "json"
    provider: str = ""
    reasoning_tokens: int = 0
    thread_id: str = ""
    user_id: str = ""
    otel_kind: str = "INTERNAL"
    scope_name: str = ""
    scope_version: str = ""
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: list[SpanEventView]
    links: list[SpanLinkView]


class ScoreView(View):
    """What somebody thinks of a span, of a trace (no `span_id`) or of the thread (neither).

    Target, `user_id` and `name` together are the key.
    """

    thread_id: str
    trace_id: str
    span_id: str
    name: str
    user_id: str
    """Who says so: the id of a user, or what a judge or a program calls itself."""
    source: ScoreSource
    type: ScoreType
    value: float | None
    label: str = ""
    comment: str = ""
    reasons: list[str] = []
    metadata: dict[str, Any] = {}
    updated_us: Microseconds


class TraceView(View):
    """All spans of one trace."""

    trace_id: str
    thread_id: str | None
    spans: list[SpanView]
    """By start time. A parent may be missing; its children then stand at the top."""


class Snapshot(View):
    """A thread as it is now: what a client needs that has seen nothing, or too little."""

    thread: ThreadView
    turns: list[TurnView]
    messages: list[MessageView]
    spans: list[SpanView]
    """Spans of the turns that are running now; finished traces are fetched when looked at."""
    partial: dict[str, str]
    """Output so far of open spans that are not messages, by span id."""
    scores: list[ScoreView]
