"""Random spans, in several versions each, and random queries of them."""

import math
import random
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from spanlit.storage.explore.query import (
    AggregateRow,
    Aggregation,
    Condition,
    SpanQuery,
    TraceQuery,
)
from spanlit.tracing.record import ABANDONED_VERSION, ENDED_VERSION, SpanRecord
from tests.storage.support import START_NS, span_id

HOUR = 3_600 * 10**9
UNTIL_NS = START_NS + 36 * HOUR
TEXTS = [
    "",
    "alpha",
    "Beta gamma",
    "naïve 日本語 text",
    'it\'s "quoted" \\ {x:String} $1 %',
    "true",
]
ATTRIBUTE_VALUES: list[Any] = [
    *TEXTS, "12", '["a"]', "[x", "{", True, False, 12, 0, 2.5, -3, ["a"], [], {"b": 1}, None,
]  # fmt: skip
KEYS = ["plain", "a.b-c", "quo'te\"\\", "日本", "{p:String}", "$1", "a`b", "%s"]
TAGS: list[Any] = [["chat"], ["chat", 'Rare "one" / 日本'], [], [""], ["x", 3], "chat", None]
STATES = [
    (0, "running", False),
    (3, "running", False),
    (ABANDONED_VERSION, "abandoned", True),
    (ENDED_VERSION, "ok", True),
    (ENDED_VERSION, "error", True),
    (1_795_000_000_000, "ok", True),
    (1_795_000_000_007, "error", True),
]


def version_of(number: int, state: int, chance: random.Random) -> SpanRecord:
    """A row of span `number`: what cannot change between versions is the same each time."""
    version, status, ended = STATES[state]
    fixed = random.Random(number)
    trace = fixed.randrange(4)
    root = fixed.random() < 0.4
    # Traces lie in different slices of a search, and outlast the first one.
    start_ns = START_NS + trace % 2 * 26 * HOUR
    start_ns += fixed.choice([0, 1, HOUR // 2]) if root else fixed.choice([0, HOUR, 7 * HOUR])
    span = SpanRecord(
        trace_id=f"{trace:032x}",
        span_id=span_id(number),
        parent_span_id=None if root else span_id(99),
        start_time_ns=start_ns,
        name=chance.choice(TEXTS),
        kind=chance.choice(["turn", "llm", "tool"]),
        version=version,
        status=status,  # type: ignore[arg-type]
        end_time_ns=start_ns + chance.choice([0, 1_500_000, 2_000_000_000]) if ended else None,
        removed=state == 6 and chance.random() < 0.5,
        input=chance.choice(TEXTS),
        output=chance.choice([*TEXTS, "ALPHA-beta, gamma!"]),
        user_id=chance.choice(["", "ada", "bob"]),
        thread_id=chance.choice(["", "t1"]),
        model=chance.choice(["", "m1", "m2"]),
        provider=chance.choice(["", "openai"]),
        status_message=chance.choice(TEXTS),
        input_tokens=chance.choice([0, 10]),
        output_tokens=chance.choice([0, 7]),
        cost_usd=chance.choice([0.0, 0.25]),
        ttft_ms=chance.choice([0.0, 12.5, 80.0]),
        attributes={key: chance.choice(ATTRIBUTE_VALUES) for key in chance.sample(KEYS, 3)},
    )
    if (tags := chance.choice(TAGS)) is not None:
        span.attributes["spanlit.step.tags"] = tags
    return span


rows = st.builds(
    lambda picks, seed: [
        version_of(number, state, random.Random(f"{number} {STATES[state][0]} {seed}"))
        for number, state in picks
    ],
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 6)),
        max_size=22,
        unique_by=lambda pick: (pick[0], STATES[pick[1]][0]),
    ),
    st.integers(0, 10_000),
)

_text = st.sampled_from(["alpha", "Beta", "GAMMA", "ada", "m1", "true", "t1", "\\", "%", "日", '"'])
_number = st.sampled_from([0, 1.5, 2, 7, 10, 12, 12.5, 17, 0.25, 2_000, -3])
_text_fields = st.sampled_from(
    ["name", "provider", "model", "user", "thread", "trace", "tag", "status_message"]
)
_number_fields = st.sampled_from(
    ["duration_ms", "ttft_ms", "input_tokens", "output_tokens", "tokens", "cost_usd"]
)
_attributes = st.sampled_from([f"attributes.{key}" for key in [*KEYS, "never"]])
_tag_texts = st.sampled_from(["chat", "x", "", "3", 'Rare "one" / 日本'])
_texts = st.sampled_from([*TEXTS, "ada", "m1", "t1", f"{1:032x}"])
_values = st.sampled_from([v for v in ATTRIBUTE_VALUES if isinstance(v, str | bool | int | float)])


def _some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, min_size=1, max_size=3).map(tuple)


_equality = st.sampled_from(["=", "!="])
_comparison = st.sampled_from(["<", "<=", ">", ">="])
conditions = st.one_of(
    st.builds(Condition, st.just("status"), _equality, _some(st.sampled_from(["ok", "running"]))),
    st.builds(Condition, st.just("kind"), _equality, _some(st.sampled_from(["turn", "llm"]))),
    st.builds(Condition, _text_fields, _equality, _some(_texts)),
    st.builds(Condition, st.just("tag"), _equality, _some(_tag_texts)),
    st.builds(Condition, _text_fields | _attributes, st.just("contains"), _text),
    st.builds(
        Condition, _text_fields | _number_fields | _attributes, st.just("exists"), st.booleans()
    ),
    st.builds(Condition, _number_fields, _equality, _some(_number)),
    st.builds(Condition, _number_fields | _attributes, _comparison, _number),
    st.builds(Condition, _attributes, _equality, _some(_values)),
    st.builds(
        Condition,
        st.just("text"),
        st.just("contains"),
        st.sampled_from(["alpha", "Beta GAMMA", "gam", "日本", "naïve text", "a$1", "x String"]),
    ),
)
_where = st.lists(conditions, max_size=2).map(tuple)
_totals = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["spans", "errors", "input_tokens", "output_tokens", "tokens", "cost_usd"]),
        _equality | _comparison,
        st.sampled_from([0, 1, 2, 10, 17, 0.5]),
    ),
    max_size=1,
).map(tuple)
_times = st.sampled_from([START_NS, START_NS + 1, START_NS + 8 * HOUR])
span_queries = st.builds(
    SpanQuery, _times, st.just(UNTIL_NS), where=_where, limit=st.sampled_from([1, 2, 50])
)
trace_queries = st.builds(
    TraceQuery,
    _times,
    st.just(UNTIL_NS),
    where=_where,
    any_span=_where,
    totals=_totals,
    limit=st.sampled_from([1, 2, 50]),
)
aggregations = st.builds(
    Aggregation,
    _times,
    st.just(UNTIL_NS),
    where=_where,
    by=st.lists(
        st.sampled_from(["model", "user", "kind", "status", "name"]) | _attributes, max_size=2
    ).map(tuple),
    every=st.sampled_from([None, "minute", "hour", "day", "week", "month"]),
    limit=st.sampled_from([1, 100]),
)


def assert_same_sums(found: Sequence[AggregateRow], expected: Sequence[AggregateRow]) -> None:
    """Sums of floats depend on the order of adding in the last digit."""
    assert [(row.start_ns, row.group) for row in found] == [
        (row.start_ns, row.group) for row in expected
    ]
    for row, other in zip(found, expected, strict=True):
        for name in AggregateRow.__dataclass_fields__:
            value, wanted = getattr(row, name), getattr(other, name)
            if isinstance(value, float) and isinstance(wanted, float):
                assert math.isclose(value, wanted, abs_tol=1e-9), (name, row, other)
            else:
                assert value == wanted, (name, row, other)
