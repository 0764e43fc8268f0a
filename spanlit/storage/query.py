"""What can be asked of the spans in a store: filters, lists, sums. Data only; stores answer it.

Every query names a project and a time range `since_ns <= start time < until_ns`, and sees the
newest version of each span, without removed ones.
"""

from dataclasses import dataclass
from typing import Literal

from spanlit.tracing.record import DEFAULT_PROJECT, SpanRecord

from .models import TurnTotals

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "exists"]
Scalar = str | float | bool

ATTRIBUTE_PREFIX = "attributes."
"""`attributes.KEY` is the field of any attribute."""

TEXT_FIELDS = (
    "status",
    "kind",
    "name",
    "provider",
    "model",
    "user",
    "thread",
    "trace",
    "tag",
    "status_message",
)
NUMBER_FIELDS = (
    "duration_ms",
    "ttft_ms",
    "input_tokens",
    "output_tokens",
    "tokens",
    "cost_usd",
)
TOTAL_FIELDS = (
    "spans",
    "errors",
    "input_tokens",
    "output_tokens",
    "tokens",
    "cost_usd",
)
"""Fields of `TraceQuery.totals`."""

FULL_TEXT = "text"
"""The field of words in the input and output."""


@dataclass(slots=True, frozen=True)
class Condition:
    """One test of a span.

    Args:
        field: One of `TEXT_FIELDS`, `NUMBER_FIELDS`, `FULL_TEXT`, or `attributes.KEY`.
        op: `=` and `!=` take a value or a tuple of which one (or none) must fit. Comparisons
            take numbers. `contains` takes text: part of a text field or attribute, regardless
            of the case of ASCII letters; for `text`, words that must all occur. `exists` takes
            True or False: whether the attribute is there, or the field is not empty.
            A span that lacks an attribute passes `!=` and `exists False` only.
        value: What to compare with. A string looks at text attributes and at booleans (`"true"`
            and `"false"`), a number looks at number attributes, a bool at booleans.
    """

    field: str
    op: Operator
    value: Scalar | tuple[Scalar, ...] = ""


@dataclass(slots=True, frozen=True)
class SpanQuery:
    """Spans that pass all conditions, newest start first."""

    since_ns: int
    until_ns: int
    project: str = DEFAULT_PROJECT
    where: tuple[Condition, ...] = ()
    limit: int = 50
    cursor: str | None = None


@dataclass(slots=True, frozen=True)
class TraceQuery:
    """Traces, newest start first. A trace stands for its root span.

    Args:
        where: What the root span passes.
        any_span: What one and the same span of the trace passes, root or not.
        totals: What the sums over the trace pass; fields are `TOTAL_FIELDS`.
    """

    since_ns: int
    until_ns: int
    project: str = DEFAULT_PROJECT
    where: tuple[Condition, ...] = ()
    any_span: tuple[Condition, ...] = ()
    totals: tuple[Condition, ...] = ()
    limit: int = 50
    cursor: str | None = None


@dataclass(slots=True, frozen=True)
class TraceSummary:
    """A row of a list of traces: the root as `tree_row` leaves it, and sums."""

    root: SpanRecord
    totals: TurnTotals


Interval = Literal["minute", "hour", "day", "week", "month"]
"""Width of a time bucket; in UTC, weeks begin on Monday."""

GroupField = str
"""`model`, `provider`, `user`, `name`, `kind`, `status`, `thread`, or `attributes.KEY` (text)."""


@dataclass(slots=True, frozen=True)
class Aggregation:
    """Sums over the finished spans that pass all conditions. Abandoned spans do not count.

    Args:
        by: Fields to group by.
        every: Width of the time buckets; None for one over all.
        limit: Most groups to return: those with the most spans come first within a bucket.
    """

    since_ns: int
    until_ns: int
    project: str = DEFAULT_PROJECT
    where: tuple[Condition, ...] = ()
    by: tuple[GroupField, ...] = ()
    every: Interval | None = None
    limit: int = 10_000


@dataclass(slots=True, frozen=True)
class AggregateRow:
    """Sums over one group in one bucket. Quantiles are in milliseconds, None without values.

    Tokens and cost are those of model calls only, as in `TurnTotals`.
    """

    group: tuple[str, ...]
    start_ns: int | None
    """Start of the bucket; None if there are no buckets."""
    count: int
    error_count: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    duration_p50_ms: float | None
    duration_p95_ms: float | None
    duration_p99_ms: float | None
    ttft_p50_ms: float | None
    """Over the spans that have a time to first token."""
    ttft_p95_ms: float | None
