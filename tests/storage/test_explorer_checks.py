"""A query that no store can answer is refused with a sentence that says what is accepted."""

import re
from typing import Any

import pytest

from spanlit.storage.explore.query import Aggregation, Condition, SpanQuery, TraceQuery
from spanlit.storage.explore.query_check import (
    BadQuery,
    check_aggregation,
    check_spans,
    check_traces,
)
from spanlit.storage.memory import MemoryStore

LONG = "x" * 5_000


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (Condition("colour", "=", "red"), "unknown field 'colour'; fields are status, kind"),
        (Condition("attributes." + LONG, "=", "x"), "KEY of at most 500 characters"),
        (Condition("attributes.\ud800", "=", "x"), "unknown field"),
        (Condition("name", ">", 5), "name: operator '>' does not fit; accepted are = !="),
        (Condition("tokens", "contains", "5"), "tokens: operator 'contains' does not fit"),
        (Condition("text", "=", "word"), "text: operator '=' does not fit; accepted are contains"),
        (Condition("name", "=", 5), "name =: 5 does not fit; accepted is text"),
        (Condition("name", "=", ("a", 5)), "name =: 5 does not fit; accepted is text in a tuple"),
        (Condition("name", "=", ()), "name: 0 values are not 1 to 1000"),
        (Condition("name", "contains", ("a",)), "accepted is some text"),
        (Condition("name", "contains", ""), "name contains: '' does not fit; accepted is some"),
        (Condition("name", "=", "a\0b"), "does not fit"),
        (Condition("name", "=", "\ud800"), "does not fit"),
        (Condition("name", "=", LONG), "a text of 5000 characters is longer than 4000"),
        (Condition("name", "exists", "yes"), "name exists: 'yes' does not fit; accepted is True"),
        (Condition("tokens", ">", "5"), "tokens >: '5' does not fit; accepted is a finite number"),
        (Condition("tokens", "=", True), "tokens =: True does not fit"),
        (Condition("tokens", ">", float("nan")), "tokens >: nan does not fit"),
        (Condition("cost_usd", "<", 10**400), "accepted is a finite number"),
        (Condition("attributes.k", "<", "5"), "attributes.k <: '5' does not fit"),
        (Condition("status", "=", "eror"), "status: 'eror' is none of running, ok, error"),
        (Condition("kind", "!=", ("llm", "LLM")), "kind: 'LLM' is none of turn, message"),
        (Condition("text", "contains", "?!"), "has 0 words, accepted are 1 to 20"),
        (Condition("text", "contains", " ".join(map(str, range(21)))), "has 21 words"),
        (Condition("text", "contains", "x" * 65), "is longer than 64 bytes"),
    ],
)
def test_conditions(condition: Condition, sentence: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_spans(SpanQuery(0, 1, where=(condition,)))
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_traces(TraceQuery(0, 1, any_span=(condition,)))
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_aggregation(Aggregation(0, 1, where=(condition,)))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"until_ns": -1}, "until_ns: -1 is before since_ns, 0"),
        ({"since_ns": 1.5}, "since_ns: 1.5 is no time in Unix nanoseconds"),
        ({"until_ns": 2**63}, "is no time in Unix nanoseconds"),
        ({"limit": 0}, "limit: 0 is no integer from 1 to 1000"),
        ({"limit": 1_001}, "limit: 1001 is no integer from 1 to 1000"),
        ({"where": (Condition("name", "=", "x"),) * 31}, "31 conditions are more than 30"),
    ],
)
def test_the_rest_of_a_list(changes: dict[str, Any], sentence: str) -> None:
    given: dict[str, Any] = {"since_ns": 0, "until_ns": 1} | changes
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_spans(SpanQuery(**given))
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_traces(TraceQuery(**given))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"by": ("tokens",)}, "by: 'tokens' is none of model, provider, user"),
        ({"by": ("model",) * 6}, "by: 6 fields are more than 5"),
        ({"every": "year"}, "every: 'year' is none of minute, hour, day, week, month"),
        ({"limit": 100_001}, "limit: 100001 is no integer from 1 to 100000"),
    ],
)
def test_sums(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(sentence)):
        check_aggregation(Aggregation(0, 1, **changes))


def test_totals() -> None:
    for condition, sentence in (
        (Condition("name", "=", "x"), "unknown field 'name' of totals; fields are spans, errors"),
        (Condition("spans", "exists", True), "spans: operator 'exists' does not fit"),
        (Condition("spans", ">", "1"), "spans >: '1' does not fit"),
    ):
        with pytest.raises(BadQuery, match=re.escape(sentence)):
            check_traces(TraceQuery(0, 1, totals=(condition,)))


async def test_stores_check() -> None:
    explorer = MemoryStore().explorer
    bad = (Condition("colour", "=", "red"),)
    for answer in (
        explorer.spans(SpanQuery(0, 1, where=bad)),
        explorer.traces(TraceQuery(0, 1, where=bad)),
        explorer.aggregate(Aggregation(0, 1, where=bad)),
    ):
        with pytest.raises(BadQuery):
            await answer
