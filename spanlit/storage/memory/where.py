"""Conditions as functions of a span. This is the reference for what they mean."""

from collections.abc import Callable, Sequence
from operator import ge, gt, le, lt
from typing import Any

from spanlit.storage.explore.query import ATTRIBUTE_PREFIX, FULL_TEXT, Condition
from spanlit.storage.explore.query_check import values_of
from spanlit.storage.explore.words import fold, has_words, words
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord

Number = int | float

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

_TEXTS: dict[str, Callable[[SpanRecord], str]] = {
    "status": lambda span: span.status,
    "kind": lambda span: span.kind,
    "name": lambda span: span.name,
    "provider": lambda span: span.provider,
    "model": lambda span: span.model,
    "user": lambda span: span.user_id,
    "thread": lambda span: span.thread_id,
    "trace": lambda span: span.trace_id,
    "status_message": lambda span: span.status_message,
}

_NUMBERS: dict[str, Callable[[SpanRecord], Number | None]] = {
    "duration_ms": lambda span: span.duration_ns / 1e6 if span.ended else None,
    "ttft_ms": lambda span: span.ttft_ms or None,
    "input_tokens": lambda span: span.input_tokens,
    "output_tokens": lambda span: span.output_tokens,
    "tokens": lambda span: span.input_tokens + span.output_tokens,
    "cost_usd": lambda span: span.cost_usd,
}


def passes(span: SpanRecord, conditions: Sequence[Condition]) -> bool:
    """Whether a span passes all of the conditions, which have been checked."""
    return all(_passes(span, condition) for condition in conditions)


def group_value(span: SpanRecord, field: str) -> str:
    """What a span has in a field that is grouped by; empty if it has nothing there."""
    if not field.startswith(ATTRIBUTE_PREFIX):
        return _TEXTS[field](span)
    value = _attribute(span, field)
    return value if isinstance(value, str) else _bool_text(value)


def _passes(span: SpanRecord, condition: Condition) -> bool:
    field = condition.field
    if field == FULL_TEXT:
        return has_words(f"{span.input} {span.output}", words(str(condition.value)))
    if field.startswith(ATTRIBUTE_PREFIX):
        value = _attribute(span, field)
        if condition.op == "exists":
            return (value is not None) == condition.value
        return _fits((value,), condition)
    if field == "tag":
        values: tuple[Any, ...] = _tags(span)
    else:
        values = (_TEXTS[field](span) if field in _TEXTS else _NUMBERS[field](span),)
    if condition.op == "exists":
        return any(values) == condition.value
    return _fits(values, condition)


def _fits(found: Sequence[Any], condition: Condition) -> bool:
    """Whether one of the values of a span passes; with `!=`, none may be equal."""
    wanted, op = condition.value, condition.op
    if op == "=":
        return any(_equal(have, want) for have in found for want in values_of(condition))
    if op == "!=":
        return not any(_equal(have, want) for have in found for want in values_of(condition))
    if op == "contains":
        part = fold(str(wanted))
        return any(
            part in fold(have if isinstance(have, str) else _bool_text(have)) for have in found
        )
    compare = _COMPARE[op]
    return any(_is_number(have) and compare(float(have), wanted) for have in found)


def _equal(have: Any, want: Any) -> bool:
    if isinstance(want, str):
        return have == want if isinstance(have, str) else bool(want) and _bool_text(have) == want
    if isinstance(want, bool):
        return have is want
    return _is_number(have) and float(have) == want


def _attribute(span: SpanRecord, field: str) -> Any:
    return span.attributes.get(field.removeprefix(ATTRIBUTE_PREFIX))


def _tags(span: SpanRecord) -> tuple[str, ...]:
    tags = span.attributes.get(keys.STEP_TAGS)
    if not isinstance(tags, list | tuple):
        return ()
    return tuple(tag for tag in tags if isinstance(tag, str))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bool_text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else ""
