"""Finding and counting spans in memory: every span is looked at."""

import math
from collections import defaultdict
from collections.abc import Sequence

from spanlit.storage.cursors import decode_key, encode_key
from spanlit.storage.explore.buckets import bucket_start
from spanlit.storage.explore.query import (
    AggregateRow,
    Aggregation,
    SpanQuery,
    TraceQuery,
    TraceSummary,
)
from spanlit.storage.explore.query_check import check_aggregation, check_spans, check_traces
from spanlit.storage.explore.totals import totals_pass
from spanlit.storage.models import MODEL_CALLS, Page, TurnTotals
from spanlit.storage.tree_row import tree_row
from spanlit.tracing.record import SpanRecord

from .rows import Rows
from .where import group_value, passes

Key = tuple[int, str, str]


class MemoryExplorer:
    """An `Explorer` of `Rows`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def spans(self, query: SpanQuery) -> Page[SpanRecord]:
        check_spans(query)
        before = decode_key(query.cursor, 3) if query.cursor else None
        found = [
            span
            for span in self._spans(query.project)
            if query.since_ns <= span.start_time_ns < query.until_ns
            and (before is None or span_key(span) < before)
            and passes(span, query.where)
        ]
        found.sort(key=span_key, reverse=True)
        items = [tree_row(span) for span in found[: query.limit]]
        more = len(found) > query.limit
        return Page(items, encode_key(span_key(items[-1])) if more else None)

    async def traces(self, query: TraceQuery) -> Page[TraceSummary]:
        check_traces(query)
        before = decode_key(query.cursor, 3) if query.cursor else None
        traces: defaultdict[str, list[SpanRecord]] = defaultdict(list)
        for span in self._spans(query.project):
            traces[span.trace_id].append(span)
        found = []
        for trace_id, spans in traces.items():
            root = min((s for s in spans if s.is_root), key=span_key, default=None)
            if (
                root is None
                or not query.since_ns <= root.start_time_ns < query.until_ns
                or (before is not None and span_key(root) >= before)
                or not passes(root, query.where)
                or (query.any_span and not any(passes(span, query.any_span) for span in spans))
            ):
                continue
            totals = totals_of(trace_id, spans)
            if totals_pass(totals, query.totals):
                found.append(TraceSummary(tree_row(root), totals))
        found.sort(key=lambda trace: span_key(trace.root), reverse=True)
        items, more = found[: query.limit], len(found) > query.limit
        return Page(items, encode_key(span_key(items[-1].root)) if more else None)

    async def aggregate(self, query: Aggregation) -> list[AggregateRow]:
        check_aggregation(query)
        groups: defaultdict[tuple[int | None, tuple[str, ...]], list[SpanRecord]]
        groups = defaultdict(list)
        for span in self._spans(query.project):
            if (
                query.since_ns <= span.start_time_ns < query.until_ns
                and counts(span)
                and passes(span, query.where)
            ):
                start_ns = bucket_start(span.start_time_ns, query.every) if query.every else None
                group = tuple(group_value(span, field) for field in query.by)
                groups[start_ns, group].append(span)
        rows = [_row(start_ns, group, spans) for (start_ns, group), spans in groups.items()]
        rows.sort(key=lambda row: (-row.count, row.start_ns or 0, row.group))
        return in_order(rows[: query.limit])

    def _spans(self, project: str) -> list[SpanRecord]:
        with self._rows.lock:
            return [span for span in self._rows.spans(project) if not span.removed]


def span_key(span: SpanRecord) -> Key:
    """By what lists of spans are sorted, newest first."""
    return span.start_time_ns, span.trace_id, span.span_id


def counts(span: SpanRecord) -> bool:
    """Whether a span goes into sums."""
    return span.ended and span.status != "abandoned"


def totals_of(trace_id: str, spans: Sequence[SpanRecord]) -> TurnTotals:
    """Sum up a trace."""
    counted = [span for span in spans if counts(span)]
    calls = [span for span in counted if span.kind in MODEL_CALLS]
    return TurnTotals(
        trace_id=trace_id,
        span_count=len(counted),
        error_count=sum(span.status == "error" for span in counted),
        input_tokens=sum(span.input_tokens for span in calls),
        output_tokens=sum(span.output_tokens for span in calls),
        cost_usd=sum(span.cost_usd for span in calls),
    )


def in_order(rows: list[AggregateRow]) -> list[AggregateRow]:
    """Sort rows as `Explorer.aggregate` returns them."""
    return sorted(rows, key=lambda row: (row.start_ns or 0, -row.count, row.group))


def _row(start_ns: int | None, group: tuple[str, ...], spans: list[SpanRecord]) -> AggregateRow:
    totals = totals_of("", spans)
    durations = sorted(span.duration_ns / 1e6 for span in spans)
    ttfts = sorted(span.ttft_ms for span in spans if span.ttft_ms)
    return AggregateRow(
        group=group,
        start_ns=start_ns,
        count=totals.span_count,
        error_count=totals.error_count,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
        duration_p50_ms=_quantile(durations, 0.5),
        duration_p95_ms=_quantile(durations, 0.95),
        duration_p99_ms=_quantile(durations, 0.99),
        ttft_p50_ms=_quantile(ttfts, 0.5),
        ttft_p95_ms=_quantile(ttfts, 0.95),
    )


def _quantile(values: list[float], level: float) -> float | None:
    """What `percentile_cont` of SQL gives for sorted values."""
    if not values:
        return None
    place = level * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])
