"""Random rows and random queries: every store gives the same answers, page by page.

Each store is compared with the memory store. Sums are checked by Postgres, whose SQL has every
function that we say they are: where it and memory agree, the others are measured by both.
"""

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanlit.storage import Batch, Store
from spanlit.storage.explore.query import Aggregation, SpanQuery, TraceQuery
from spanlit.storage.memory import MemoryStore
from spanlit.tracing.record import SpanRecord
from tests.storage.explorer_rows import (
    aggregations,
    assert_same_sums,
    rows,
    span_queries,
    trace_queries,
)

_projects = itertools.count(1)
_batches = itertools.count(1)


async def all_pages(store: Store, query: SpanQuery | TraceQuery) -> list[Any]:
    """All items of all pages."""
    items: list[Any] = []
    cursor = None
    while True:
        asked: Any = replace(query, cursor=cursor)
        explorer = store.explorer
        ask: Any = explorer.spans if isinstance(query, SpanQuery) else explorer.traces
        page = await ask(asked)
        assert len(page.items) <= query.limit
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


async def write_in_disorder(store: Store, spans: list[SpanRecord], chance: random.Random) -> None:
    """Write rows in some order, in some batches, some of them twice."""
    sent = spans + [span for span in spans if chance.random() < 0.3]
    chance.shuffle(sent)
    while sent:
        size = chance.randint(1, 15)
        await store.write(Batch(f"explored {next(_batches)}", spans=sent[:size]))
        sent = sent[size:]


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],  # making a failure smaller would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    spans=rows,
    chance=st.randoms(use_true_random=False),
    span_query=span_queries,
    trace_query=trace_queries,
    aggregation=aggregations,
)
async def test_every_store_gives_the_same_answers(
    store: Store,
    spans: list[SpanRecord],
    chance: random.Random,
    span_query: SpanQuery,
    trace_query: TraceQuery,
    aggregation: Aggregation,
) -> None:
    project = f"project-{next(_projects)}"
    spans = [replace(span, project=project) for span in spans]
    reference = MemoryStore()
    await reference.write(Batch("all", spans=spans))
    await write_in_disorder(store, spans, chance)
    lists: tuple[SpanQuery | TraceQuery, ...] = (
        replace(span_query, project=project),
        replace(trace_query, project=project),
    )
    for query in lists:
        expected = await all_pages(reference, replace(query, limit=50))
        assert await all_pages(store, query) == expected
    sums = replace(aggregation, project=project)
    assert_same_sums(await store.explorer.aggregate(sums), await reference.explorer.aggregate(sums))
