"""The parts of the explorer's SQL that depend on the query, and its sums as rows."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from spanlit.storage.explore.buckets import DAY_NS, WIDTHS_NS, offset_ns
from spanlit.storage.explore.query import (
    AggregateRow,
    Aggregation,
    Condition,
    Interval,
    SpanQuery,
    TraceQuery,
)
from spanlit.storage.explore.query_check import values_of
from spanlit.storage.models import MODEL_CALLS

from .columns import YEAR_2100_NS
from .sql import statement
from .where import Where

COUNTS: Final = "ended AND status != 'abandoned'"
CALLS: Final = f"{COUNTS} AND kind IN {{model_calls:Array(String)}}"

TOTALS: Final = {
    "spans": f"countIf({COUNTS})",
    "errors": f"countIf({COUNTS} AND status = 'error')",
    "input_tokens": f"sumIf(input_tokens, {CALLS})",
    "output_tokens": f"sumIf(output_tokens, {CALLS})",
    "tokens": f"sumIf(input_tokens + output_tokens, {CALLS})",
    "cost_usd": f"sumIf(cost_usd, {CALLS})",
}
"""Field of `TraceQuery.totals` -> sum over a trace."""


def within_times(query: SpanQuery | TraceQuery | Aggregation) -> tuple[int, int]:
    """The time range, within the times that are stored: partitions have no place for others."""
    since_ns = min(max(0, query.since_ns), YEAR_2100_NS)
    return since_ns, max(since_ns, min(query.until_ns, YEAR_2100_NS + 1))


def has_span(where: Where, conditions: Sequence[Condition]) -> str:
    """A test of roots: some version of some span of the trace passes."""
    if not conditions:
        return "true"
    return f"trace_id IN ({statement('explore_any_span', where=where.all_of(conditions))})"


def has_totals(where: Where, conditions: Sequence[Condition]) -> str:
    """A test of roots: the sums over the trace pass."""
    if not conditions:
        return "true"
    having = " AND ".join(_total(where, condition) for condition in conditions)
    return f"trace_id IN ({statement('explore_any_totals', having=having)})"


def _total(where: Where, condition: Condition) -> str:
    total = f"toFloat64({TOTALS[condition.field]})"
    if condition.op in ("=", "!="):
        values = where.bind("Array(Float64)", [float(value) for value in values_of(condition)])
        return f"{'NOT ' if condition.op == '!=' else ''}has({values}, {total})"
    return f"{total} {condition.op} {where.bind('Float64', condition.value)}"


def aggregation(query: Aggregation) -> tuple[str, dict[str, Any]]:
    """The query of sums, and its parameters."""
    where = Where()
    groups = [f"{where.group(field)} AS group_{n}" for n, field in enumerate(query.by)]
    names = [f"group_{n}" for n in range(len(query.by))]
    sql = statement(
        "explore_sums",
        group="".join(f"{group}, " for group in groups),
        names="".join(f", {name}" for name in names),
        bucket=_bucket(query.every),
        where=where.all_of(query.where),
    )
    since_ns, until_ns = within_times(query)
    parameters = {
        **where.parameters,
        "project": query.project,
        "since_ns": since_ns,
        "until_ns": until_ns,
        "model_calls": list(MODEL_CALLS),
        "limit": query.limit,
    }
    return sql, parameters


def _bucket(interval: Interval | None) -> str:
    if interval is None:
        return "0"
    if interval == "month":
        return f"toInt64(toStartOfMonth(start_time)) * {DAY_NS}"
    width, offset = WIDTHS_NS[interval], offset_ns(interval)
    time_ns = "toUnixTimestamp64Nano(start_time)"
    return f"{time_ns} - positiveModulo({time_ns} - {offset}, {width})"


def row_from(row: Mapping[str, Any], query: Aggregation) -> AggregateRow:
    """Build a row of sums from a row of `queries/explore_sums.sql`."""
    durations_ms = [None if math.isnan(value) else value / 1e6 for value in row["durations_ns"]]
    ttfts_ms = [None if math.isnan(value) else value for value in row["ttfts_ms"]]
    return AggregateRow(
        group=tuple(row[f"group_{n}"] for n in range(len(query.by))),
        start_ns=row["start_ns"] if query.every else None,
        count=row["span_count"],
        error_count=row["error_count"],
        input_tokens=row["tokens_in"],
        output_tokens=row["tokens_out"],
        cost_usd=row["cost"],
        duration_p50_ms=durations_ms[0],
        duration_p95_ms=durations_ms[1],
        duration_p99_ms=durations_ms[2],
        ttft_p50_ms=ttfts_ms[0],
        ttft_p95_ms=ttfts_ms[1],
    )
