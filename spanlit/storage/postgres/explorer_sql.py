"""The SQL of the explorer; `{name}` is a parameter."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spanlit.storage.explore.buckets import WIDTHS_NS, offset_ns
from spanlit.storage.explore.query import AggregateRow, Aggregation, Condition, Interval
from spanlit.storage.explore.query_check import values_of

from .where import Where

COUNTS: Final = "ended AND status <> 'abandoned'"
CALLS: Final = f"{COUNTS} AND kind = ANY({{model_calls}}::text[])"

TOTALS: Final = {
    "spans": f"count(*) FILTER (WHERE {COUNTS})",
    "errors": f"count(*) FILTER (WHERE {COUNTS} AND status = 'error')",
    "input_tokens": f"coalesce(sum(input_tokens) FILTER (WHERE {CALLS}), 0)",
    "output_tokens": f"coalesce(sum(output_tokens) FILTER (WHERE {CALLS}), 0)",
    "tokens": f"coalesce(sum(input_tokens::bigint + output_tokens) FILTER (WHERE {CALLS}), 0)",
    "cost_usd": f"coalesce(sum(cost_usd) FILTER (WHERE {CALLS}), 0)",
}
"""Field of `TraceQuery.totals` -> sum over a trace."""

SPANS: Final = """
SELECT $tree_row
FROM spans
WHERE project = {project}
    AND start_time_ns >= {since_ns}
    AND start_time_ns <= {before_ns}
    AND (start_time_ns, trace_id, span_id) < ({before_ns}, {before_trace}, {before_span})
    AND NOT removed
    AND """
"""Continued by conditions and `NEWEST`."""

NEWEST: Final = """
ORDER BY start_time_ns DESC, trace_id DESC, span_id DESC
LIMIT {limit}"""


def totals_of_traces(any_span: str) -> str:
    """The sums over some traces, their first roots, and whether some span passes a test."""
    return f"""
SELECT
    trace_id,
    {TOTALS["spans"]} AS span_count,
    {TOTALS["errors"]} AS error_count,
    {TOTALS["input_tokens"]} AS input_tokens,
    {TOTALS["output_tokens"]} AS output_tokens,
    {TOTALS["cost_usd"]} AS cost_usd,
    bool_or({any_span}) AS any_fits,
    (array_agg(span_id ORDER BY start_time_ns, span_id) FILTER (WHERE is_root))[1] AS root
FROM spans
WHERE project = {{project}}
    AND trace_id = ANY({{trace_ids}}::text[])
    AND start_time_ns >= {{first_ns}}
    AND start_time_ns < {{last_ns}}
    AND NOT removed
GROUP BY trace_id"""  # noqa: S608 - values are parameters


_OF_TRACE: Final = """trace_id IN (
    SELECT trace_id
    FROM spans
    WHERE project = {project}
        AND start_time_ns >= {first_ns}
        AND start_time_ns < {last_ns}
        AND NOT removed
        """


def has_span(where: Where, conditions: Sequence[Condition]) -> str:
    """A test of roots: some span of the trace passes."""
    return f"{_OF_TRACE} AND {where.all_of(conditions)})" if conditions else "true"


def has_totals(where: Where, conditions: Sequence[Condition]) -> str:
    """A test of roots: the sums over the trace pass."""
    if not conditions:
        return "true"
    having = " AND ".join(_total(where, condition) for condition in conditions)
    return f"{_OF_TRACE} GROUP BY trace_id HAVING {having})"


def _total(where: Where, condition: Condition) -> str:
    total = f"{TOTALS[condition.field]}::float8"
    if condition.op in ("=", "!="):
        values = where.bind("float8[]", [float(value) for value in values_of(condition)])
        return f"{total} = ANY({values})" if condition.op == "=" else f"{total} <> ALL({values})"
    return f"{total} {condition.op} {where.bind('float8', float(values_of(condition)[0]))}"


def aggregation(where: Where, query: Aggregation) -> str:
    """The query of sums."""
    names = [f"group_{n}" for n in range(len(query.by))]
    groups = [
        f"{where.group(field)} AS {name}" for field, name in zip(query.by, names, strict=True)
    ]
    tests = where.all_of(query.where)
    return f"""
SELECT
    {", ".join([*groups, f"{_bucket(query.every)} AS start_ns"])},
    {TOTALS["spans"]} AS span_count,
    {TOTALS["errors"]} AS error_count,
    {TOTALS["input_tokens"]} AS tokens_in,
    {TOTALS["output_tokens"]} AS tokens_out,
    {TOTALS["cost_usd"]} AS cost,
    percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ns::float8)
        AS durations_ns,
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY ttft_ms) FILTER (WHERE ttft_ms <> 0)
        AS ttfts_ms
FROM spans
WHERE project = {{project}}
    AND start_time_ns >= {{since_ns}}
    AND start_time_ns < {{until_ns}}
    AND {COUNTS}
    AND NOT removed
    AND {tests}
GROUP BY {", ".join([*names, "start_ns"])}
ORDER BY {", ".join(["span_count DESC", "start_ns", *names])}
LIMIT {{limit}}"""  # noqa: S608 - values are parameters


def _bucket(interval: Interval | None) -> str:
    if interval is None:
        return "0::bigint"
    if interval == "month":
        moment = "to_timestamp(start_time_ns / 1000000000)"
        return f"extract(epoch FROM date_trunc('month', {moment}, 'UTC'))::bigint * 1000000000"
    width, offset = WIDTHS_NS[interval], offset_ns(interval)
    return f"start_time_ns - ((start_time_ns - {offset}) % {width} + {width}) % {width}"


def row_from(row: Mapping[str, Any], query: Aggregation) -> AggregateRow:
    """Build a row of sums from a row of `aggregation`."""
    durations_ms = [value / 1e6 for value in row["durations_ns"]]
    ttfts_ms = row["ttfts_ms"] or [None, None]
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
