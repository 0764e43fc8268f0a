"""Whether a row that was read from a file is one that Spanlit could have written.

Stores make any value fit its column, and pages are made of what stores return. A row with a text
for a number, an id that is no id or a kind that nobody knows would break the page of its thread,
long after the import.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from spanlit.storage.store import Row
from spanlit.storage.writing.journal import DamagedLine
from spanlit.tracing.record import SpanRecord

Test = Callable[[Any], bool]
_INT64 = range(-(2**63), 2**63)
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_SPAN_ID = re.compile(r"[0-9a-f]{16}")


def check_row(row: Row) -> None:
    """Return if a row has values of the right types.

    Raises:
        DamagedLine: It has not; the message names the field.
    """
    row_class: Any = type(row)
    for name, fits in _tests(row_class):
        if not fits(getattr(row, name)):
            raise DamagedLine(f"{name} is {_shown(getattr(row, name))}")
    if isinstance(row, SpanRecord):
        for part in (*row.events, *row.links):
            part_class: Any = type(part)
            for name, fits in _tests(part_class):
                if not fits(getattr(part, name)):
                    raise DamagedLine(f"{name} of an event or a link is not what it should be")


@cache
def _tests(row_class: Any) -> list[tuple[str, Test]]:
    is_span = row_class is SpanRecord
    return [
        (name, _id_test(row_class, name, is_span) or _test(hint))
        for name, hint in get_type_hints(row_class).items()
    ]


def _id_test(row_class: type, name: str, is_span: bool) -> Test | None:
    match name:
        case "trace_id":
            return _matching(_TRACE_ID, or_empty=not is_span)
        case "span_id":
            return _matching(_SPAN_ID, or_empty=not is_span)
        case "parent_span_id":
            return lambda value: value is None or _matching(_SPAN_ID, or_empty=True)(value)
        case "id":
            return _is_filled
        case "thread_id" if row_class.__name__ not in ("SpanRecord", "Score"):
            return _is_filled
    return None


def _matching(pattern: re.Pattern[str], *, or_empty: bool) -> Test:
    def fits(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        return bool(pattern.fullmatch(value)) or (or_empty and not value)

    return fits


def _is_filled(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _test(hint: Any) -> Test:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is UnionType:
        tests = [_test(part) for part in parts]
        return lambda value: any(test(value) for test in tests)
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in parts
    if origin is tuple:
        return lambda value: isinstance(value, tuple) and all(isinstance(v, str) for v in value)
    if hint is int:
        return lambda value: type(value) is int and value in _INT64
    if hint is float:
        return lambda value: type(value) in (int, float) and math.isfinite(value)
    kind = NoneType if hint is NoneType else (origin or hint)
    return lambda value: isinstance(value, kind)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
