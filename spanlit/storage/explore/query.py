"""What can be asked of the spans in a store: filters, lists, sums. Data only; stores answer it.

Every query names a project and a time range `since_ns <= start time < until_ns`, and sees the
newest version of each span, without removed ones.
"""

from dataclasses import dataclass
from typing import Literal

from spanlit.storage.models import TurnTotals
from spanlit.tracing.record import DEFAULT_PROJECT, SpanRecord

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
    """One test of a span. A span without the field passes `!=` and `exists False` only.

    | field | what it is of a span | it is without |
    |---|---|---|
    | `TEXT_FIELDS` but `tag` | text | never (text may be empty) |
    | `tag` | the texts in the list `spanlit.step.tags`; one of them must fit | never |
    | `duration_ms` | a number | while it is open |
    | `ttft_ms` | a number | if it is 0 |
    | other `NUMBER_FIELDS` | a number | never (they may be 0) |
    | `attributes.KEY` | text; `true` or `false`; a number; a list or an object | if null |
    | `FULL_TEXT` | the words of input and output | never |

    Args:
        field: A field of this table.
        op: `=` takes a value, or a tuple of values of which one must fit. `!=` is true where `=`
            is not. Comparisons take a number. `contains` takes text: a part of a text,
            regardless of the case of ASCII letters; for `FULL_TEXT`, words that must all occur
            (see `words`). `exists` takes True or False: whether the span has the attribute or
            the field, and that is neither empty nor 0.
        value: What to compare with. With an attribute, a number fits numbers (as 64-bit floats),
            a bool fits booleans, and text fits texts and, as `"true"` and `"false"`, booleans.
            Nothing fits lists and objects; they only exist.
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

    The root is the span without a parent; of several the one that starts first. A trace without
    one is not listed. Spans of a trace that start more than an hour before its root, or a week
    after it, may be overlooked.

    Args:
        where: What the root span passes.
        any_span: What one and the same span of the trace passes, root or not.
        totals: What the sums over the trace pass; fields are `TOTAL_FIELDS`, and `op` takes a
            number: all but `contains` and `exists`.
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
        by: Fields to group by. Spans without an attribute, or with one that is neither text nor
            a boolean, are in the group of the empty text.
        every: Width of the time buckets; None for one over all.
        limit: Most rows to return; those with the most spans are kept.
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
    """Sums over one group in one bucket.

    Tokens and cost are those of model calls only, as in `TurnTotals`. Quantiles are in
    milliseconds and exact: they interpolate between the two nearest values, as `percentile_cont`
    of SQL does. They are None without values.
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
