"""Columns of Postgres tables, filled from objects.

Every value is made to fit its column, because one that does not would fail its whole batch:
what does not fit is clamped or cleaned, never refused. The work is done column by column, which
is what is fast in Python.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

import orjson

from spanlit.storage.clean import clean_json
from spanlit.tracing.content import clean

R = TypeVar("R")
Get = Callable[[Any], Any]
Fit = Callable[[Iterable[Any]], list[Any]]

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
YEAR_2100_NS = 4_102_444_800 * 10**9
"""Later times are clamped, as in ClickHouse."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, where a value comes from, and how values are made to fit."""

    name: str
    get: Get
    fit: Fit


@dataclass(frozen=True)
class Table(Generic[R]):
    """A table, the columns that are written to it, and which of two rows wins.

    Args:
        name: Of the table.
        key: Columns that identify a row.
        newest: Column whose highest value wins.
        columns: All of them.
    """

    name: str
    key: tuple[str, ...]
    newest: str
    columns: tuple[Column, ...]

    @cached_property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def records(self, rows: Sequence[R]) -> list[tuple[Any, ...]]:
        """Return `rows` as the driver's COPY wants them."""
        return list(
            zip(*(column.fit(map(column.get, rows)) for column in self.columns), strict=True)
        )

    @cached_property
    def staging(self) -> str:
        """Name of the temporary table into which rows are copied.

        A pooler may hand out connections with tables of an older version of Spanlit.
        """
        return f"staged_{self.name}_{len(self.columns)}"

    @cached_property
    def make_staging(self) -> str:
        """Statement that makes the temporary table, which lasts as long as its connection."""
        # Compressed there, values need not be compressed again on their way into the table.
        return (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.staging} (LIKE {self.name} "
            "INCLUDING STORAGE INCLUDING COMPRESSION) ON COMMIT DELETE ROWS"
        )

    @cached_property
    def merge(self) -> str:
        """Statement that merges the temporary table into the table by the law of versions."""
        names = ", ".join(self.column_names)
        key = ", ".join(self.key)
        changes = ", ".join(
            f"{name} = excluded.{name}" for name in self.column_names if name not in self.key
        )
        # In the order of keys, so that two writers lock rows in the same order.
        return (
            f"INSERT INTO {self.name} ({names}) "  # noqa: S608
            f"SELECT DISTINCT ON ({key}) {names} FROM {self.staging} "
            f"ORDER BY {key}, {self.newest} DESC "
            f"ON CONFLICT ({key}) DO UPDATE SET {changes} "
            f"WHERE {self.name}.{self.newest} < excluded.{self.newest}"
        )


# --- kinds of column ------------------------------------------------------------------------
# The second argument is the attribute or the function that yields the value; left out where
# column and attribute have one name.


def text(name: str, source: str | Get = "") -> Column:
    """Text of any length and variety."""
    return _column(name, source, _texts)


def texts(name: str, source: str | Get = "") -> Column:
    """A list of texts."""
    return _column(name, source, lambda values: [_texts(value or ()) for value in values])


def json(name: str, source: str | Get = "") -> Column:
    """An object or a list."""
    return _column(name, source, _jsons)


def flag(name: str, source: str | Get = "") -> Column:
    """True or false."""
    return _column(name, source, lambda values: [bool(value) for value in values])


def number(name: str, source: str | Get = "") -> Column:
    """A number."""
    return _column(name, source, _numbers)


def maybe_number(name: str, source: str | Get = "") -> Column:
    """A number or nothing."""
    return _column(name, source, _or_none(_numbers))


def count(name: str, source: str | Get = "") -> Column:
    """An integer from 0 to 2**31 - 1."""
    return _column(name, source, _unsigned_up_to(INT32_MAX))


def maybe_count(name: str, source: str | Get = "") -> Column:
    """The same, or nothing."""
    return _column(name, source, _or_none(_unsigned_up_to(INT32_MAX)))


def big_count(name: str, source: str | Get = "") -> Column:
    """An integer from 0 to 2**63 - 1."""
    return _column(name, source, _unsigned_up_to(INT64_MAX))


def moment(name: str, source: str | Get = "") -> Column:
    """A time in Unix nanoseconds."""
    return _column(name, source, _unsigned_up_to(YEAR_2100_NS))


def _column(name: str, source: str | Get, fit: Fit) -> Column:
    get = attrgetter(source or name) if isinstance(source, str) else source
    return Column(name, get, fit)


# --- making values fit ----------------------------------------------------------------------
def fit_text(value: Any) -> str:
    """Text that Postgres takes: no lone surrogates, and no NUL, which ends its strings."""
    if value is None:
        return ""
    cleaned = clean(value if isinstance(value, str) else str(value))
    return cleaned.replace("\0", "\ufffd") if "\0" in cleaned else cleaned


def fit_json(value: Any) -> str:
    """JSON that Postgres takes."""
    try:
        written = orjson.dumps(value)
    except TypeError:  # lone surrogates, integers beyond 64 bits, foreign objects
        written = orjson.dumps(clean_json(value))
    if b"\\u0000" in written:
        written = orjson.dumps(_without_nul(clean_json(value)))
    return written.decode()


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return fit_text(value)
        case dict():
            return {fit_text(key): _without_nul(item) for key, item in value.items()}
        case list():
            return [_without_nul(item) for item in value]
    return value


def _texts(values: Iterable[Any]) -> list[str]:
    return [v if type(v) is str and v.isascii() and "\0" not in v else fit_text(v) for v in values]


def _jsons(values: Iterable[Any]) -> list[str]:
    return [fit_json(value) for value in values]


def _numbers(values: Iterable[Any]) -> list[float]:
    return [v if type(v) is float else _number(v) for v in values]


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _unsigned_up_to(maximum: int) -> Fit:
    def fit_one(value: Any) -> int:
        try:
            return min(max(int(value or 0), 0), maximum)
        except (TypeError, ValueError, OverflowError):
            return 0

    def fit(values: Iterable[Any]) -> list[int]:
        return [v if type(v) is int and 0 <= v <= maximum else fit_one(v) for v in values]

    return fit


def _or_none(fit: Fit) -> Fit:
    return lambda values: [None if value is None else fit((value,))[0] for value in values]
