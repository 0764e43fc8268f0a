"""The same rows in any order and with any duplication make the same trace."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanlit.storage import Batch, Store
from spanlit.storage.memory import MemoryStore
from spanlit.tracing.record import ABANDONED_VERSION, ENDED_VERSION, SpanRecord
from tests.storage.support import START_NS, TRACE, ended_span, open_span

VERSIONS = [0, 1, 2, ABANDONED_VERSION, ENDED_VERSION, 1_795_000_000_000, 1_795_000_000_001]
_projects = itertools.count(1)


def row(number: int, version: int, removed: bool) -> SpanRecord:
    """The row of a span at a version: the same each time, as the recorder makes it."""
    make = open_span if version < ABANDONED_VERSION else ended_span
    return make(
        number,
        version=version,
        output=f"{number} at {version}",
        start_time_ns=START_NS + number % 3,  # ties are decided by the id
        removed=removed and version > ENDED_VERSION,
    )


rows = st.lists(
    st.builds(
        row,
        st.integers(1, 5),
        st.sampled_from(VERSIONS),
        st.booleans(),
    ),
    max_size=25,
    unique_by=lambda span: (span.span_id, span.version),
)
disorder = st.randoms(use_true_random=False)


def expected_trace(spans: list[SpanRecord]) -> list[SpanRecord]:
    newest: dict[str, SpanRecord] = {}
    for span in sorted(spans, key=lambda span: span.version):
        newest[span.span_id] = span
    kept = [span for span in newest.values() if not span.removed]
    return sorted(kept, key=lambda span: (span.start_time_ns, span.span_id))


async def check(store: Store, spans: list[SpanRecord], chance: random.Random) -> None:
    project = f"project-{next(_projects)}"
    for span in spans:
        span.project = project
    sent = spans + [span for span in spans if chance.random() < 0.3]
    chance.shuffle(sent)
    number = 0
    while sent:
        size = chance.randint(1, 8)
        await store.write(Batch(f"{project}-{number}", spans=sent[:size]))
        sent, number = sent[size:], number + 1
    expected = expected_trace(spans)
    assert await store.trace(project, TRACE) == expected
    still_open = [span for span in expected if not span.ended]
    assert await store.open_spans(project, since_ns=0) == still_open
    totals = await store.turn_totals(project, "thread-1")
    counted = [span for span in expected if span.ended and span.status != "abandoned"]
    assert (totals[TRACE].span_count if totals else 0) == len(counted)


@given(rows, disorder)
async def test_memory(spans: list[SpanRecord], chance: random.Random) -> None:
    await check(MemoryStore(), spans, chance)


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spans=rows, chance=disorder)
async def test_clickhouse(
    clickhouse: Store, spans: list[SpanRecord], chance: random.Random
) -> None:
    await check(clickhouse, spans, chance)
