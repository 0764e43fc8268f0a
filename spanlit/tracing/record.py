"""`SpanRecord`: a span in normalised form, whatever dialect it was written in."""

from dataclasses import dataclass, field

from .types import AttributeValue, Kind, Status

DEFAULT_PROJECT = "default"

ABANDONED_VERSION = 1_000_000_000
ENDED_VERSION = 2_000_000_000
"""Which row of a span wins, lowest to highest: checkpoints of an open span (0, 1, 2 …), the
reaper's `abandoned`, the real end, then corrections (Unix time in milliseconds, about 1.8e12).
A process that was believed dead and ends its span after all is therefore believed again."""


@dataclass(slots=True, frozen=True)
class SpanEvent:
    """Something that happened at one moment of a span, such as an exception."""

    name: str
    time_ns: int
    attributes: dict[str, AttributeValue]


@dataclass(slots=True, frozen=True)
class SpanLink:
    """A span elsewhere that has to do with this one."""

    trace_id: str
    span_id: str
    attributes: dict[str, AttributeValue]


@dataclass(slots=True)
class SpanRecord:
    """One span. Times are Unix nanoseconds; ids are lower-case hex (32 and 16 digits).

    `(trace_id, span_id)` identifies the span and the row with the highest `version` is its
    present state. `start_time_ns` never changes between versions.
    """

    trace_id: str
    span_id: str
    name: str
    start_time_ns: int
    parent_span_id: str | None = None
    project: str = DEFAULT_PROJECT
    kind: Kind = "other"
    otel_kind: str = "INTERNAL"
    end_time_ns: int | None = None
    version: int = 0
    status: Status = "running"
    status_message: str = ""
    input: str = ""
    output: str = ""
    thread_id: str = ""
    user_id: str = ""
    provider: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float = 0.0
    ttft_ms: float = 0.0
    document_count: int | None = None
    process_id: str = ""
    """Id of the process that owns the span (`tracing.process_id()`); the reaper asks after it."""
    removed: bool = False
    """Taken back by `Step.remove()`; readers leave it out."""
    trace_state: str = ""
    scope_name: str = ""
    scope_version: str = ""
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    resource: dict[str, AttributeValue] = field(default_factory=dict)
    events: list[SpanEvent] = field(default_factory=list)
    links: list[SpanLink] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.end_time_ns is not None

    @property
    def duration_ns(self) -> int:
        """Length of the span; 0 while it is open."""
        return 0 if self.end_time_ns is None else max(0, self.end_time_ns - self.start_time_ns)

    @property
    def is_root(self) -> bool:
        return not self.parent_span_id
