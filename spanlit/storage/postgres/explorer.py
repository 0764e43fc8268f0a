"""Finding and counting spans in Postgres, which keeps one row per span: its newest version."""

from collections.abc import Mapping
from typing import Any

from spanlit.storage.explore.query import (
    AggregateRow,
    Aggregation,
    SpanQuery,
    TraceQuery,
    TraceSummary,
)
from spanlit.storage.explore.query_check import check_aggregation, check_spans, check_traces
from spanlit.storage.explore.slices import (
    LONGEST_SEARCH_S,
    SKEW_NS,
    Key,
    SlicedSearch,
    end_of_trace,
    too_slow,
)
from spanlit.storage.explore.totals import totals_pass
from spanlit.storage.models import MODEL_CALLS, Page, TurnTotals
from spanlit.storage.tree_row import ATTRIBUTES, PREVIEW_CHARS
from spanlit.tracing.record import SpanRecord

from .connection import Database
from .explorer_sql import (
    NEWEST,
    SPANS,
    aggregation,
    has_span,
    has_totals,
    row_from,
    totals_of_traces,
)
from .rows import tree_row_from
from .sql import filled, numbered
from .where import Where

SPARE_ROWS = 10
"""Roots that are read beyond those that are wanted: some are not the first of their trace."""


class PostgresExplorer:
    """An `Explorer` of a Postgres database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spans(self, query: SpanQuery) -> Page[SpanRecord]:
        check_spans(query)
        where = Where()
        test = where.all_of(query.where)

        async def look(
            since_ns: int, before: Key, wanted: int
        ) -> tuple[list[tuple[Key, SpanRecord]], Key | None]:
            values = {**where.parameters, "project": query.project, "since_ns": since_ns}
            found, rest = await self._newest(test, values, before, wanted)
            return list(found.items()), rest

        search = SlicedSearch[SpanRecord](query.since_ns, query.until_ns, query.cursor)
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
            values = {
                **where.parameters,
                "project": query.project,
                "since_ns": since_ns,
                "first_ns": max(0, since_ns - SKEW_NS),
                "last_ns": end_of_trace(before[0]),
                "model_calls": list(MODEL_CALLS),
            }
            found, rest = await self._newest(
                " AND ".join(tests), values, before, wanted + SPARE_ROWS
            )
            return await self._summaries(query, found), rest

        search = SlicedSearch[TraceSummary](query.since_ns, query.until_ns, query.cursor)
        return await search.page(query.limit, look)

    async def aggregate(self, query: Aggregation) -> list[AggregateRow]:
        check_aggregation(query)
        where = Where()
        sql = aggregation(where, query)
        values = {
            **where.parameters,
            "project": query.project,
            "since_ns": query.since_ns,
            "until_ns": query.until_ns,
            "model_calls": list(MODEL_CALLS),
            "limit": query.limit,
        }
        rows = [row_from(row, query) for row in await self._fetch(sql, values)]
        return sorted(rows, key=lambda row: (row.start_ns or 0, -row.count, row.group))

    async def _newest(
        self, test: str, values: Mapping[str, Any], before: Key, limit: int
    ) -> tuple[dict[Key, SpanRecord], Key | None]:
        place = {"before_ns": before[0], "before_trace": before[1], "before_span": before[2]}
        shown = {"preview_chars": PREVIEW_CHARS, "attribute_keys": list(ATTRIBUTES)}
        rows = await self._fetch(
            f"{filled(SPANS)}{test}{NEWEST}", {**values, **place, **shown, "limit": limit}
        )
        spans = map(tree_row_from, rows)
        found = {(span.start_time_ns, span.trace_id, span.span_id): span for span in spans}
        return found, list(found)[-1] if len(rows) == limit else None

    async def _summaries(
        self, query: TraceQuery, root_of: Mapping[Key, SpanRecord]
    ) -> list[tuple[Key, TraceSummary]]:
        """Those of the roots that are the first of their trace, if its sums pass."""
        if not root_of:
            return []
        where = Where()
        sql = totals_of_traces(where.all_of(query.any_span))
        values = {
            **where.parameters,
            "project": query.project,
            "trace_ids": sorted({root.trace_id for root in root_of.values()}),
            "first_ns": max(0, min(key[0] for key in root_of) - SKEW_NS),
            "last_ns": end_of_trace(max(key[0] for key in root_of)),
            "model_calls": list(MODEL_CALLS),
        }
        row_of = {row["trace_id"]: row for row in await self._fetch(sql, values)}
        found = []
        for key, root in root_of.items():
            row = row_of.get(root.trace_id)
            if row is None or row["root"] != root.span_id or not row["any_fits"]:
                continue
            totals = TurnTotals(**{name: row[name] for name in TurnTotals.__dataclass_fields__})
            if totals_pass(totals, query.totals):
                found.append((key, TraceSummary(root, totals)))
        return found

    async def _fetch(self, sql: str, values: Mapping[str, Any]) -> list[Any]:
        query = numbered(sql)
        arguments = query.arguments(values)

        async def fetch(connection: Any) -> list[Any]:
            try:
                rows: list[Any] = await connection.fetch(
                    query.text, *arguments, timeout=LONGEST_SEARCH_S
                )
            except TimeoutError:
                raise too_slow() from None
            return rows

        return await self._database.call(fetch)
