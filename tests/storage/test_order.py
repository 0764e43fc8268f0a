"""The same rows in any order and with any duplication make the same trace, thread and feedback."""

import itertools
import random
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanlit.storage import Batch, Store, open_store
from spanlit.storage.models import Score, Thread
from spanlit.tracing.record import ABANDONED_VERSION, ENDED_VERSION, SpanRecord
from tests.storage.support import (
    START_NS,
    TRACE,
    ended_span,
    open_span,
    scan_all,
    score,
    span_id,
    thread,
)

VERSIONS = [0, 1, 2, ABANDONED_VERSION, ENDED_VERSION, 1_795_000_000_000, 1_795_000_000_001]
R = TypeVar("R")
_projects = itertools.count(1)


def span_row(number: int, version: int, removed: bool) -> SpanRecord:
    """The row of a span at a version: the same each time, as the recorder makes it."""
    make = open_span if version < ABANDONED_VERSION else ended_span
    return make(
        number,
        version=version,
        output=f"{number} at {version}",
        status="abandoned" if version == ABANDONED_VERSION else "ok",
        start_time_ns=START_NS + number % 3,  # ties are decided by the id
        removed=removed and version > ENDED_VERSION,
    )


def score_row(target: int, user: int, name: str, age: int, removed: bool) -> Score:
    on_span = score(
        user_id=f"user-{user}",
        name=name,
        value=age / 8,
        comment=f"{age}",
        created_at_ns=START_NS + target,
        updated_at_ns=START_NS + age,
        removed=removed,
    )
    return [
        on_span,
        replace(on_span, span_id=span_id(2)),
        replace(on_span, span_id=""),
        replace(on_span, span_id="", trace_id=""),
        replace(on_span, span_id="", trace_id="", thread_id="thread-2"),
    ][target]


def thread_row(number: int, age: int) -> Thread:
    return thread(
        f"thread-{number}",
        user_id=f"user-{(number + age) % 2}",
        name=f"{age}",
        updated_at_ns=START_NS + age,
    )


spans = st.lists(
    st.builds(span_row, st.integers(1, 5), st.sampled_from(VERSIONS), st.booleans()),
    max_size=25,
    unique_by=lambda span: (span.span_id, span.version),
)
scores = st.lists(
    st.builds(
        score_row,
        st.integers(0, 4),
        st.integers(1, 2),
        st.sampled_from(["helpful", "tone"]),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=20,
    unique_by=lambda row: (row.target, row.user_id, row.name, row.updated_at_ns),
)
threads = st.lists(
    st.builds(thread_row, st.integers(1, 4), st.integers(0, 6)),
    max_size=12,
    unique_by=lambda row: (row.id, row.updated_at_ns),
)
disorder = st.randoms(use_true_random=False)


def newest(rows: list[R], key: Callable[[R], Hashable], version: Callable[[R], int]) -> list[Any]:
    """What is left of rows: the newest of each key, if it is not removed."""
    found = {key(row): row for row in sorted(rows, key=version)}
    return [row for row in found.values() if not getattr(row, "removed", False)]


async def send(
    store: Store, project: str, rows: dict[str, list[Any]], chance: random.Random
) -> None:
    """Write rows in some order, some of them again: in the same batch, or with another token."""
    for table, own in rows.items():
        sent = own + [row for row in own if chance.random() < 0.3]
        chance.shuffle(sent)
        number = 0
        while sent:
            size = chance.randint(1, 8)
            batch = Batch(f"{project}-{table}-{number}", **{table: sent[:size]})
            await store.write(batch)
            if chance.random() < 0.2:
                await store.write(batch)
            if chance.random() < 0.2:
                await store.write(replace(batch, id=f"{batch.id}-again"))
            sent, number = sent[size:], number + 1


async def check_spans(store: Store, rows: list[SpanRecord], chance: random.Random) -> None:
    project = f"project-{next(_projects)}"
    rows = [replace(row, project=project) for row in rows]
    await send(store, project, {"spans": rows}, chance)
    expected = newest(rows, lambda span: span.span_id, lambda span: span.version)
    expected.sort(key=lambda span: (span.start_time_ns, span.span_id))
    assert await store.trace(project, TRACE) == expected
    assert await scan_all(store, "spans", project=project, limit=2) == expected
    still_open = [span for span in expected if not span.ended]
    assert await store.open_spans(project, since_ns=0) == still_open
    totals = await store.turn_totals(project, "thread-1")
    counted = [span for span in expected if span.ended and span.status != "abandoned"]
    assert (totals[TRACE].span_count if totals else 0) == len(counted)


async def check_rest(
    store: Store, votes: list[Score], talks: list[Thread], chance: random.Random
) -> None:
    project = f"project-{next(_projects)}"
    votes = [replace(row, project=project) for row in votes]
    talks = [replace(row, project=project) for row in talks]
    await send(store, project, {"scores": votes, "threads": talks}, chance)
    left = newest(
        votes, lambda row: (row.target, row.user_id, row.name), lambda row: row.updated_at_ns
    )
    for thread_id in ("thread-1", "thread-2"):
        found = await store.scores(project, thread_id=thread_id)
        expected = [row for row in left if row.thread_id == thread_id]
        assert sorted(found, key=repr) == sorted(expected, key=repr)
        assert found == sorted(found, key=lambda row: row.created_at_ns)
    on_trace = await store.scores(project, trace_id=TRACE)
    assert sorted(on_trace, key=repr) == sorted((r for r in left if r.trace_id), key=repr)
    known = newest(talks, lambda row: row.id, lambda row: row.updated_at_ns)
    for user_id in ("user-0", "user-1"):
        own = [row for row in known if row.user_id == user_id]
        own.sort(key=lambda row: (row.updated_at_ns, row.id), reverse=True)
        assert (await store.threads(project, user_id)).items == own


@pytest.fixture(scope="module", params=["memory", "clickhouse", "postgres15", "postgres18"])
def shared_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store for all examples of this module, which have projects of their own."""
    match request.param:
        case "memory":
            return "memory:"
        case "clickhouse":
            return f"chdb://{request.getfixturevalue('engine_folder')}?database=order"
        case name:
            url: str = request.getfixturevalue(name).new_database()
            return url


@pytest.fixture
async def shared(shared_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    store = open_store(shared_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@few
@given(rows=spans, chance=disorder)
async def test_spans(shared: Store, rows: list[SpanRecord], chance: random.Random) -> None:
    await check_spans(shared, rows, chance)


@few
@given(votes=scores, talks=threads, chance=disorder)
async def test_scores_and_threads(
    shared: Store, votes: list[Score], talks: list[Thread], chance: random.Random
) -> None:
    await check_rest(shared, votes, talks, chance)
