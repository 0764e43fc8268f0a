"""Columns of ClickHouse tables, filled from objects.

Every value is made to fit its column, because one that does not would fail its whole block:
what does not fit is clamped or cleaned, never refused. The work is done column by column, which
is what ClickHouse's native format wants and what is fast in Python.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

import orjson
from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.datatypes.registry import get_from_name

from spanlit.storage.clean import clean_json
from spanlit.tracing.content import clean

R = TypeVar("R")
Get = Callable[[Any], Any]

UINT32_MAX = 2**32 - 1
UINT64_MAX = 2**64 - 1
FIRST_MONDAY_NS = 4 * 86_400 * 10**9
"""Spans of earlier times, and bounds of earlier times, would be in a partition of the year 2149:
that is what `toMonday` makes of them in ClickHouse 26.3 and older."""

YEAR_2100_NS = 4_102_444_800 * 10**9
"""Later times overflow the Date by which spans are partitioned."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, where a value comes from, and how values are made to fit."""

    name: str
    type: ClickHouseType
    get: Get
    fit: Callable[[Iterable[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A table and the columns that are written to it."""

    name: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def column_types(self) -> list[ClickHouseType]:
        return [column.type for column in self.columns]

    def data(self, rows: Sequence[R]) -> list[list[Any]]:
        """Return `rows` as a list of columns."""
        return [column.fit(map(column.get, rows)) for column in self.columns]


# --- kinds of column ------------------------------------------------------------------------
# The second argument is the attribute or the function that yields the value; left out where
# column and attribute have one name.


def text(name: str, source: str | Get = "") -> Column:
    """Text of any length and variety."""
    return _column(name, "String", source, _texts)


def label(name: str, source: str | Get = "") -> Column:
    """Text of which there are few different ones."""
    return _column(name, "LowCardinality(String)", source, _texts)


def labels(name: str, source: str | Get = "") -> Column:
    """A list of labels."""
    return _column(name, "Array(LowCardinality(String))", source, _lists_of(_texts))


def texts(name: str, source: str | Get) -> Column:
    """A list of texts."""
    return _column(name, "Array(String)", source, _lists_of(_texts))


def json(name: str, source: str | Get = "") -> Column:
    """An object, as JSON text."""
    return _column(name, "String", source, _jsons)


def json_label(name: str, source: str | Get = "") -> Column:
    """An object of which there are few different ones, as JSON text."""
    return _column(name, "LowCardinality(String)", source, _jsons)


def jsons(name: str, source: str | Get) -> Column:
    """A list of objects, each as JSON text."""
    return _column(name, "Array(String)", source, _lists_of(_jsons))


def flag(name: str, source: str | Get = "") -> Column:
    """True or false."""
    return _column(name, "Bool", source, lambda values: [bool(value) for value in values])


def number(name: str, source: str | Get = "") -> Column:
    """A finite or infinite float; what is none counts as 0."""
    return _column(name, "Float64", source, _numbers)


def maybe_number(name: str, source: str | Get = "") -> Column:
    """A float or NULL."""
    return _column(name, "Nullable(Float64)", source, _or_none(_numbers))


def count(name: str, source: str | Get = "") -> Column:
    """An integer from 0 to 2**32 - 1."""
    return _column(name, "UInt32", source, _unsigned_up_to(UINT32_MAX))


def maybe_count(name: str, source: str | Get = "") -> Column:
    """A count or NULL."""
    return _column(name, "Nullable(UInt32)", source, _or_none(_unsigned_up_to(UINT32_MAX)))


def big_count(name: str, source: str | Get = "") -> Column:
    """An integer from 0 to 2**64 - 1."""
    return _column(name, "UInt64", source, _unsigned_up_to(UINT64_MAX))


def moment(name: str, source: str | Get) -> Column:
    """A time from Unix nanoseconds."""
    return _column(name, "DateTime64(9, 'UTC')", source, _unsigned_up_to(YEAR_2100_NS))


def partition_moment(name: str, source: str | Get) -> Column:
    """The time by whose week rows are partitioned."""
    fit = _unsigned_up_to(YEAR_2100_NS)
    return _column(
        name,
        "DateTime64(9, 'UTC')",
        source,
        lambda values: [max(value, FIRST_MONDAY_NS) for value in fit(values)],
    )


def moments(name: str, source: str | Get) -> Column:
    """A list of times."""
    fit = _lists_of(_unsigned_up_to(YEAR_2100_NS))
    return _column(name, "Array(DateTime64(9, 'UTC'))", source, fit)


def text_map(name: str, source: str | Get) -> Column:
    """Of a dict: texts as they are; booleans, lists and objects as JSON. Numbers are left out."""
    fit = _each(_text_items)
    return _column(name, "Map(LowCardinality(String), String)", source, fit)


def number_map(name: str, source: str | Get) -> Column:
    """Of a dict: the numbers."""
    fit = _each(_number_items)
    return _column(name, "Map(LowCardinality(String), Float64)", source, fit)


def other_json(name: str, source: str | Get) -> Column:
    """Of a dict: all that is not text, as exact JSON; empty if nothing is left."""
    return _column(name, "String", source, _each(_other_items))


def _column(
    name: str, type_name: str, source: str | Get, fit: Callable[[Iterable[Any]], list[Any]]
) -> Column:
    get = attrgetter(source or name) if isinstance(source, str) else source
    return Column(name, get_from_name(type_name), get, fit)


# --- making values fit ----------------------------------------------------------------------
def _texts(values: Iterable[Any]) -> list[str]:
    return [v if type(v) is str and v.isascii() else _text(v) for v in values]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    return "" if value is None else clean(str(value))


def _jsons(values: Iterable[Any]) -> list[str]:
    return [_json(value) for value in values]


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, foreign objects
        return orjson.dumps(clean_json(value)).decode()


def _numbers(values: Iterable[Any]) -> list[float]:
    return [v if type(v) is float else _number(v) for v in values]


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _unsigned_up_to(maximum: int) -> Callable[[Iterable[Any]], list[int]]:
    def fit_one(value: Any) -> int:
        try:
            return min(max(int(value or 0), 0), maximum)
        except (TypeError, ValueError, OverflowError):
            return 0

    def fit(values: Iterable[Any]) -> list[int]:
        return [v if type(v) is int and 0 <= v <= maximum else fit_one(v) for v in values]

    return fit


def _each(fit_one: Callable[[Any], Any]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda values: [fit_one(value) for value in values]


def _lists_of(fit: Callable[[Iterable[Any]], list[Any]]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda values: [fit(value) if value else [] for value in values]


def _or_none(fit: Callable[[Iterable[Any]], list[Any]]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda values: [None if value is None else fit((value,))[0] for value in values]


def _text_items(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {
        k if k.isascii() else clean(k): v if type(v) is str and v.isascii() else _as_text(v)
        for k, v in attributes.items()
        if v is not None and type(v) is not int and type(v) is not float
    }


def _as_text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else _json(value)


def _number_items(attributes: Mapping[str, Any]) -> dict[str, float]:
    return {
        clean(k): _number(v) for k, v in attributes.items() if type(v) is int or type(v) is float
    }


def _other_items(attributes: Mapping[str, Any]) -> str:
    rest = {k: v for k, v in attributes.items() if not isinstance(v, str)}
    return _json(rest) if rest else ""
