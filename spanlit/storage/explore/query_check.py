"""Checking queries before they reach a store, which may then rely on them."""

import math
from collections.abc import Callable, Sequence
from typing import Any, get_args

from spanlit.storage.store import StoreRefused
from spanlit.tracing.types import Kind, Status

from .query import (
    ATTRIBUTE_PREFIX,
    FULL_TEXT,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    TOTAL_FIELDS,
    Aggregation,
    Condition,
    Interval,
    Operator,
    SpanQuery,
    TraceQuery,
)
from .words import MAX_WORD_BYTES, words

MAX_PAGE = 1_000
MAX_GROUPS = 100_000
MAX_GROUP_FIELDS = 5
MAX_CONDITIONS = 30
MAX_VALUES = 1_000
MAX_VALUE_CHARS = 4_000
MAX_KEY_CHARS = 500
MAX_WORDS = 20
TIMES_NS = range(-(2**63), 2**63)

GROUP_FIELDS = ("model", "provider", "user", "name", "kind", "status", "thread")
OPERATORS: tuple[Operator, ...] = get_args(Operator)
COMPARISONS: tuple[Operator, ...] = ("<", "<=", ">", ">=")
_EQUALITY: tuple[Operator, ...] = ("=", "!=")
_CHOICES = {"status": get_args(Status), "kind": get_args(Kind)}


class BadQuery(StoreRefused):
    """A query that no store can answer; the message names the field and what it accepts."""


def check_spans(query: SpanQuery) -> None:
    """Raise `BadQuery` if `query` cannot be answered."""
    _check_range(query.since_ns, query.until_ns)
    _check_limit(query.limit, MAX_PAGE)
    _check_all(query.where, _check_condition)


def check_traces(query: TraceQuery) -> None:
    """Raise `BadQuery` if `query` cannot be answered."""
    _check_range(query.since_ns, query.until_ns)
    _check_limit(query.limit, MAX_PAGE)
    _check_all((*query.where, *query.any_span), _check_condition)
    _check_all(query.totals, _check_total)


def check_aggregation(query: Aggregation) -> None:
    """Raise `BadQuery` if `query` cannot be answered."""
    _check_range(query.since_ns, query.until_ns)
    _check_limit(query.limit, MAX_GROUPS)
    _check_all(query.where, _check_condition)
    if query.every is not None and query.every not in get_args(Interval):
        raise BadQuery(f"every: {_shown(query.every)} is none of {_listed(get_args(Interval))}")
    if len(query.by) > MAX_GROUP_FIELDS:
        raise BadQuery(f"by: {len(query.by)} fields are more than {MAX_GROUP_FIELDS}")
    for field in query.by:
        if field not in GROUP_FIELDS and not _is_attribute(field):
            raise BadQuery(
                f"by: {_shown(field)} is none of {_listed(GROUP_FIELDS)}, {ATTRIBUTE_PREFIX}KEY"
            )


def _check_range(since_ns: int, until_ns: int) -> None:
    for name, time_ns in (("since_ns", since_ns), ("until_ns", until_ns)):
        if type(time_ns) is not int or time_ns not in TIMES_NS:
            raise BadQuery(f"{name}: {_shown(time_ns)} is no time in Unix nanoseconds")
    if until_ns < since_ns:
        raise BadQuery(f"until_ns: {until_ns} is before since_ns, {since_ns}")


def _check_limit(limit: int, maximum: int) -> None:
    if type(limit) is not int or not 1 <= limit <= maximum:
        raise BadQuery(f"limit: {_shown(limit)} is no integer from 1 to {maximum}")


def _check_all(conditions: Sequence[Condition], check: Callable[[Condition], None]) -> None:
    if len(conditions) > MAX_CONDITIONS:
        raise BadQuery(f"{len(conditions)} conditions are more than {MAX_CONDITIONS}")
    for condition in conditions:
        check(condition)


def _check_condition(condition: Condition) -> None:
    field, op = condition.field, condition.op
    if field == FULL_TEXT:
        _check_operator(condition, ("contains",))
        _check_words(condition)
    elif field in TEXT_FIELDS:
        _check_operator(condition, (*_EQUALITY, "contains", "exists"))
        _check_value(condition, _is_text, "text")
    elif field in NUMBER_FIELDS:
        _check_operator(condition, (*_EQUALITY, *COMPARISONS, "exists"))
        _check_value(condition, _is_number, "a finite number")
    elif _is_attribute(field):
        _check_operator(condition, OPERATORS)
        _check_value(condition, _is_scalar, "text, a finite number, True or False")
    else:
        known = _listed((*TEXT_FIELDS, *NUMBER_FIELDS, FULL_TEXT))
        raise BadQuery(
            f"unknown field {_shown(field)}; fields are {known} and {ATTRIBUTE_PREFIX}KEY "
            f"with a KEY of at most {MAX_KEY_CHARS} characters"
        )
    if op in _EQUALITY and field in _CHOICES:
        accepted = _CHOICES[field]
        for value in values_of(condition):
            if value not in accepted:
                raise BadQuery(f"{field}: {_shown(value)} is none of {_listed(accepted)}")


def _check_total(condition: Condition) -> None:
    if condition.field not in TOTAL_FIELDS:
        raise BadQuery(
            f"unknown field {_shown(condition.field)} of totals; fields are {_listed(TOTAL_FIELDS)}"
        )
    _check_operator(condition, (*_EQUALITY, *COMPARISONS))
    _check_value(condition, _is_number, "a finite number")


def _check_operator(condition: Condition, accepted: Sequence[Operator]) -> None:
    if condition.op not in accepted:
        raise BadQuery(
            f"{_name(condition)}: operator {_shown(condition.op)} does not fit; "
            f"accepted are {' '.join(accepted)}"
        )


def _check_value(condition: Condition, fits: Callable[[Any], bool], wanted: str) -> None:
    value = condition.value
    if condition.op == "exists":
        fits, wanted = _is_bool, "True or False"
    elif condition.op == "contains":
        fits, wanted = _is_filled, "some text"
    elif condition.op in COMPARISONS:
        fits, wanted = _is_number, "a finite number"
    elif isinstance(value, tuple):
        if not 1 <= len(value) <= MAX_VALUES:
            raise BadQuery(f"{_name(condition)}: {len(value)} values are not 1 to {MAX_VALUES}")
        for one in value:
            _check_one(condition, one, fits, f"{wanted} in a tuple")
        return
    _check_one(condition, value, fits, wanted)


def _check_one(condition: Condition, value: Any, fits: Callable[[Any], bool], wanted: str) -> None:
    if not fits(value):
        raise BadQuery(
            f"{_name(condition)} {condition.op}: {_shown(value)} does not fit; accepted is {wanted}"
        )
    if isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
        raise BadQuery(
            f"{_name(condition)}: a text of {len(value)} characters is longer than {MAX_VALUE_CHARS}"
        )


def _check_words(condition: Condition) -> None:
    _check_value(condition, _is_filled, "some text")
    found = words(str(condition.value))
    if not 1 <= len(found) <= MAX_WORDS:
        raise BadQuery(
            f"{FULL_TEXT}: {_shown(condition.value)} has {len(found)} words, "
            f"accepted are 1 to {MAX_WORDS}"
        )
    for word in found:
        if len(word.encode()) > MAX_WORD_BYTES:
            raise BadQuery(
                f"{FULL_TEXT}: the word {_shown(word)} is longer than {MAX_WORD_BYTES} bytes"
            )


def values_of(condition: Condition) -> tuple[Any, ...]:
    """The values of a condition, one or more."""
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


def _is_attribute(field: Any) -> bool:
    return (
        isinstance(field, str)
        and field.startswith(ATTRIBUTE_PREFIX)
        and len(field) <= len(ATTRIBUTE_PREFIX) + MAX_KEY_CHARS
        and _is_unicode(field)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    """Whether a store can hold it, and a driver send it: lone surrogates and NUL cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _is_filled(value: Any) -> bool:
    return _is_text(value) and value != ""


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_scalar(value: Any) -> bool:
    return _is_text(value) or _is_bool(value) or _is_number(value)


def _name(condition: Condition) -> str:
    return condition.field[:100]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
