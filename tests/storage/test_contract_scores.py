"""What every store does with feedback."""

from dataclasses import replace

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.models import Score
from tests.storage.support import (
    PROJECT,
    START_NS,
    TRACE,
    scan_all,
    score,
    span_id,
)


async def test_a_second_score_replaces_the_first(store: Store) -> None:
    await store.write(Batch("b1", scores=[score(value=1.0), score(user_id="user-2", value=0.0)]))
    second = score(value=0.0, comment="no", updated_at_ns=START_NS + 1, metadata={"a": 1})
    await store.write(Batch("b2", scores=[second]))
    found = await store.scores(PROJECT, trace_id=TRACE)
    assert {s.user_id: s.value for s in found} == {"user-1": 0.0, "user-2": 0.0}
    assert second in await store.scores(PROJECT, thread_id="thread-1")


async def test_a_removed_score_is_gone(store: Store) -> None:
    await store.write(Batch("b1", scores=[score()]))
    await store.write(Batch("b2", scores=[score(removed=True, updated_at_ns=START_NS + 1)]))
    assert await store.scores(PROJECT, trace_id=TRACE) == []


async def test_scores_may_lack_a_value(store: Store) -> None:
    labelled = score(value=None, label="spam", source="judge")
    await store.write(Batch("b", scores=[labelled]))
    assert await store.scores(PROJECT, trace_id=TRACE) == [labelled]


ON_SPAN = score()
ON_TRACE = score(span_id="")
ON_THREAD = score(span_id="", trace_id="")


async def test_scores_come_back_as_they_were(store: Store) -> None:
    full = score(
        source="reviewer",
        type="category",
        value=None,
        label="wrong",
        comment="it's \\ 'not' \n so",
        reasons=("incorrect", "too long"),
        metadata={"model": {"name": "judge"}},
    )
    await store.write(Batch("b", scores=[full]))
    assert await store.scores(PROJECT, trace_id=TRACE) == [full]
    assert await store.scores(PROJECT, thread_id="thread-1") == [full]


@pytest.mark.parametrize("first", [ON_SPAN, ON_TRACE, ON_THREAD], ids=["span", "trace", "thread"])
async def test_one_vote_per_user_and_name_on_each_target(store: Store, first: Score) -> None:
    others = [
        replace(first, user_id="user-2", value=0.5),
        replace(first, name="tone", value=0.25),
        *(replace(other, value=0.75) for other in (ON_SPAN, ON_TRACE, ON_THREAD) if other != first),
    ]
    await store.write(Batch("b1", scores=[first, *others]))
    again = replace(first, value=0.0, updated_at_ns=START_NS + 1)
    await store.write(Batch("b2", scores=[again]))
    await store.write(Batch("late", scores=[replace(first, comment="late")]))
    found = await store.scores(PROJECT, thread_id="thread-1")
    assert sorted(found, key=repr) == sorted([again, *others], key=repr)
    assert again in await scan_all(store, "scores")


async def test_votes_on_two_threads_are_two(store: Store) -> None:
    votes = [ON_THREAD, replace(ON_THREAD, thread_id="thread-2", value=0.0)]
    await store.write(Batch("b", scores=votes))
    assert await store.scores(PROJECT, thread_id="thread-1") == [votes[0]]
    assert await store.scores(PROJECT, thread_id="thread-2") == [votes[1]]


@pytest.mark.parametrize("vote", [ON_SPAN, ON_TRACE, ON_THREAD], ids=["span", "trace", "thread"])
async def test_a_vote_after_its_removal_counts(store: Store, vote: Score) -> None:
    removed = replace(vote, removed=True, updated_at_ns=START_NS + 2)
    again = replace(vote, value=0.0, updated_at_ns=START_NS + 3)
    await store.write(Batch("b1", scores=[vote]))
    await store.write(Batch("b2", scores=[removed]))
    late = replace(vote, updated_at_ns=START_NS + 1)
    await store.write(Batch("b3", scores=[late]))
    assert await store.scores(PROJECT, thread_id="thread-1") == []
    await store.write(Batch("b4", scores=[again]))
    assert await store.scores(PROJECT, thread_id="thread-1") == [again]


async def test_scores_of_a_trace_are_those_on_it_and_its_spans(store: Store) -> None:
    on_other_span = score(span_id=span_id(2))
    elsewhere = score(trace_id="f" * 32)
    votes = [ON_SPAN, ON_TRACE, ON_THREAD, on_other_span, elsewhere]
    await store.write(Batch("b", scores=votes))
    found = await store.scores(PROJECT, trace_id=TRACE)
    assert sorted(found, key=repr) == sorted([ON_SPAN, ON_TRACE, on_other_span], key=repr)
    everywhere = await store.scores(PROJECT, thread_id="thread-1")
    assert sorted(everywhere, key=repr) == sorted(votes, key=repr)


async def test_scores_are_sorted_by_their_creation(store: Store) -> None:
    votes = [
        score(name=name, created_at_ns=START_NS + number, updated_at_ns=START_NS + 9 - number)
        for number, name in enumerate(["c", "a", "b"])
    ]
    await store.write(Batch("b", scores=votes[::-1]))
    assert await store.scores(PROJECT, trace_id=TRACE) == votes
