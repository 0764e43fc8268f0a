"""Finding and counting spans in ClickHouse.

A list is found in two steps: rows that pass, of any version of a span, then the newest versions of
these spans. A row that is not the newest of its span is dropped: if the newest one passed, it was
found as well. Sums read with FINAL. docs/adr/0014 has what was measured.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spanlit.storage.explore.query import (
    NUMBER_FIELDS,
    AggregateRow,
    Aggregation,
    Condition,
    SpanQuery,
    TraceQuery,
    TraceSummary,
)
from spanlit.storage.explore.query_check import check_aggregation, check_spans, check_traces
from spanlit.storage.explore.slices import SKEW_NS, Key, SlicedSearch, end_of_trace, too_slow
from spanlit.storage.explore.totals import totals_pass
from spanlit.storage.models import MODEL_CALLS, Page, TurnTotals
from spanlit.storage.store import StoreUnavailable
from spanlit.storage.tree_row import ATTRIBUTES, PREVIEW_CHARS
from spanlit.tracing.record import SpanRecord

from .connection import Connection
from .explorer_sql import aggregation, has_span, has_totals, row_from, within_times
from .rows import tree_row_from
from .sql import columns, fetch, statement
from .where import Where

TIMEOUT_EXCEEDED: Final = 159
"""ClickHouse's code for a query that took longer than `max_execution_time`."""

UNTIL: Final = "start_time < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')"
BEFORE: Final = (
    f"({UNTIL} OR (trace_id, span_id) < ({{before_trace:String}}, {{before_span:String}}))"
)
"""Tests of place, for the beginning of a slice and for the middle of one: a comparison with all
three parts of the key reads two columns more."""

SPARE_ROWS: Final = 10
"""Rows that are read beyond those that are wanted: some are not the newest of their span."""

KNOWN_AT_THE_END: Final = frozenset({"status", *NUMBER_FIELDS})
"""Fields by which rows of open spans seldom pass. By others, a span that ended a moment ago passes
twice until its rows are merged; and the newest page is made of such spans."""

Found = list[tuple[Key, SpanRecord]]


class ClickHouseExplorer:
    """An `Explorer` of a ClickHouse database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def spans(self, query: SpanQuery) -> Page[SpanRecord]:
        check_spans(query)
        where = Where()
        test = where.all_of(query.where)

        async def look(since_ns: int, before: Key, wanted: int) -> tuple[Found, Key | None]:
            parameters = {**where.parameters, "project": query.project, "since_ns": since_ns}
            span_of, rest = await self._candidates(
                test, parameters, before, wanted * rows_of_span(query.where)
            )
            versions = await self._versions(query.project, list(span_of.values()))
            found = [(key, s) for key, s in span_of.items() if versions.get(key[1:]) == s.version]
            return found, rest

        search = SlicedSearch[SpanRecord](*within_times(query), query.cursor)
        return await search.page(query.limit, look)

    async def traces(self, query: TraceQuery) -> Page[TraceSummary]:
        check_traces(query)
        where = Where()
        tests = (
            "is_root",
            where.all_of(query.where, roots=True),
            has_span(where, query.any_span),
            has_totals(where, query.totals),
        )

        async def look(
            since_ns: int, before: Key, wanted: int
        ) -> tuple[list[tuple[Key, TraceSummary]], Key | None]:
            parameters = {
                **where.parameters,
                "project": query.project,
                "since_ns": since_ns,
                "first_ns": max(0, since_ns - SKEW_NS),
                "last_ns": end_of_trace(before[0]),
                "model_calls": list(MODEL_CALLS),
            }
            span_of, rest = await self._candidates(
                " AND ".join(tests), parameters, before, wanted * rows_of_span(query.where)
            )
            return await self._summaries(query, span_of), rest

        search = SlicedSearch[TraceSummary](*within_times(query), query.cursor)
        return await search.page(query.limit, look)

    async def aggregate(self, query: Aggregation) -> list[AggregateRow]:
        check_aggregation(query)
        sql, parameters = aggregation(query)
        rows = [row_from(row, query) for row in await self._fetch(sql, parameters)]
        return sorted(rows, key=lambda row: (row.start_ns or 0, -row.count, row.group))

    async def _candidates(
        self, test: str, parameters: Mapping[str, Any], before: Key, wanted: int
    ) -> tuple[dict[Key, SpanRecord], Key | None]:
        """Spans of which some version passes, with the newest version that does."""
        sql = statement(
            "explore_spans",
            span_head=columns("span_head"),
            where=f"{BEFORE if before[1] else UNTIL} AND {test}",
        )
        limit = wanted + SPARE_ROWS
        while True:
            rows = await self._fetch(
                sql,
                {
                    **parameters,
                    "before_ns": before[0],
                    "before_trace": before[1],
                    "before_span": before[2],
                    "preview_chars": PREVIEW_CHARS,
                    "attribute_keys": list(ATTRIBUTES),
                    "limit": limit,
                },
            )
            span_of: dict[Key, SpanRecord] = {}
            for span in map(_shown, rows):
                key = (span.start_time_ns, span.trace_id, span.span_id)
                if key not in span_of or span_of[key].version < span.version:
                    span_of[key] = span
            if len(rows) < limit:
                return span_of, None
            if len(span_of) > 1:
                # The rows of the last span may have been cut, and its newest one missed.
                span_of.popitem()
                return span_of, list(span_of)[-1]
            limit *= 4

    async def _versions(
        self, project: str, spans: Sequence[SpanRecord]
    ) -> dict[tuple[str, str], int]:
        """The newest version of each span."""
        if not spans:
            return {}
        parameters = {
            "project": project,
            "times_ns": sorted({span.start_time_ns for span in spans}),
            "trace_ids": sorted({span.trace_id for span in spans}),
            "span_ids": sorted({span.span_id for span in spans}),
        }
        rows = await self._fetch(statement("explore_versions"), parameters)
        return {(row["trace_id"], row["span_id"]): row["version"] for row in rows}

    async def _summaries(
        self, query: TraceQuery, root_of: Mapping[Key, SpanRecord]
    ) -> list[tuple[Key, TraceSummary]]:
        """Those of the roots that are the newest of their span and the first of their trace."""
        if not root_of:
            return []
        where = Where()
        sql = statement("explore_totals", any_span=where.all_of(query.any_span))
        parameters = {
            **where.parameters,
            "project": query.project,
            "trace_ids": sorted({root.trace_id for root in root_of.values()}),
            "first_ns": max(0, min(key[0] for key in root_of) - SKEW_NS),
            "last_ns": end_of_trace(max(key[0] for key in root_of)),
            "model_calls": list(MODEL_CALLS),
        }
        rows = await self._fetch(sql, parameters)
        row_of = {row["trace_id"]: row for row in rows}
        found = []
        for key, root in root_of.items():
            row = row_of.get(root.trace_id)
            if row is None or (row["root_id"], row["root_version"]) != (
                root.span_id,
                root.version,
            ):
                continue
            totals = TurnTotals(**{name: row[name] for name in TurnTotals.__dataclass_fields__})
            if row["any_fits"] and totals_pass(totals, query.totals):
                found.append((key, TraceSummary(root, totals)))
        return found

    async def _fetch(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            return await fetch(self._connection, sql, parameters)
        except StoreUnavailable as error:
            if getattr(error.__cause__, "code", None) == TIMEOUT_EXCEEDED:
                raise too_slow() from error
            raise


def rows_of_span(conditions: Sequence[Condition]) -> int:
    """How many rows of a span that just ended may pass."""
    return 1 if any(condition.field in KNOWN_AT_THE_END for condition in conditions) else 2


def _shown(row: dict[str, Any]) -> SpanRecord:
    for name in ("input", "output", "attributes"):
        row[name] = row.pop(f"{name}_shown")
    return tree_row_from(row)
