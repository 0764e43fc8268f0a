"""Rows as lines of a journal: `crc32 json`, so that a damaged line is known for one.

The JSON is `[table, row]`. Reading is forgiving in both directions: keys that this version
does not know are ignored and missing ones take their defaults, because a journal may have been
written by another version of Spanlit.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any

import orjson

from spanlit.storage.clean import clean_json
from spanlit.storage.models import Score, Thread
from spanlit.storage.store import TABLES, Batch, Row
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord

__all__ = [
    "DamagedLine",
    "Row",
    "add_row",
    "build_row",
    "decode_line",
    "dump_row",
    "encode_row",
    "is_span",
    "read_line",
    "seal",
]

_TABLE_OF = {row_class: table for table, row_class in TABLES.items()}
_CRC_DIGITS = 8
_SPAN = b'["spans",'


class DamagedLine(ValueError):
    """A line of a journal that is not what was written."""


def encode_row(row: Row) -> bytes:
    """Make the line of one row, newline included.

    Raises:
        ValueError: The row cannot be written as JSON at all.
    """
    return seal(dump_row(row))


def seal(payload: bytes) -> bytes:
    """Make a line, newline included, of the JSON of a row."""
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def dump_row(row: Row) -> bytes:
    """Make the JSON `[table, row]` of one row.

    Raises:
        ValueError: The row cannot be written as JSON at all.
    """
    table = _TABLE_OF[type(row)]
    try:
        return orjson.dumps([table, row])
    except TypeError:
        return _dump_unusual(table, row)


def _dump_unusual(table: str, row: Row) -> bytes:
    # orjson refuses lone surrogates, integers beyond 64 bits and foreign objects.
    try:
        return orjson.dumps([table, clean_json(asdict(row))])
    except Exception as error:  # asdict deep-copies foreign objects, whose errors are their own
        raise ValueError(f"a row of {table} cannot be written: {error}") from error


def decode_line(line: bytes, batch: Batch) -> None:
    """Read a line (without its newline) and add its row to `batch`.

    Raises:
        DamagedLine: The checksum or the JSON is wrong.
    """
    add_row(batch, build_row(*read_line(line)))


def read_line(line: bytes) -> tuple[str, dict[str, Any]]:
    """Return the table and the values of the row in a line (without its newline).

    Raises:
        DamagedLine: The checksum or the JSON is wrong.
    """
    payload = line[_CRC_DIGITS + 1 :]
    if line[:_CRC_DIGITS] != b"%08x" % zlib.crc32(payload):
        raise DamagedLine("its checksum does not fit")
    try:
        table, values = orjson.loads(payload)
    except (ValueError, TypeError) as error:
        raise DamagedLine(f"it is not the JSON of a row: {error}") from error
    return table, values


def build_row(table: str, values: Mapping[str, Any]) -> Row:
    """Make a row of one of `TABLES` from the values of its fields.

    Raises:
        DamagedLine: A field is missing, or the values are not of this table.
    """
    try:
        row: Row = _BUILDERS[table](values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedLine(f"another version of Spanlit wrote it: {error!r}") from error
    return row


def is_span(line: bytes) -> bool:
    """Whether a line holds a span, without reading it."""
    return line.startswith(_SPAN, _CRC_DIGITS + 1)


def add_row(batch: Batch, row: Row) -> None:
    """Add a row to the list of a batch where it belongs."""
    getattr(batch, _TABLE_OF[type(row)]).append(row)


def _builder(row_class: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    names = frozenset(field.name for field in fields(row_class))
    required = [
        field.name
        for field in fields(row_class)
        if field.default is MISSING and field.default_factory is MISSING
    ]

    def build(values: Mapping[str, Any]) -> Any:
        known = values if values.keys() <= names else {k: values[k] for k in names & values.keys()}
        missing = [name for name in required if name not in known]
        if missing:
            raise DamagedLine(f"it lacks {', '.join(missing)}")
        return row_class(**known)

    return build


def _build_span(values: Mapping[str, Any]) -> SpanRecord:
    span: SpanRecord = _plain_span(values)
    if span.events:
        span.events = [SpanEvent(**event) for event in values["events"]]
    if span.links:
        span.links = [SpanLink(**link) for link in values["links"]]
    return span


def _build_thread(values: Mapping[str, Any]) -> Thread:
    thread: Thread = _plain_thread({**values, "tags": tuple(values.get("tags", ()))})
    return thread


def _build_score(values: Mapping[str, Any]) -> Score:
    score: Score = _plain_score({**values, "reasons": tuple(values.get("reasons", ()))})
    return score


_plain_span = _builder(SpanRecord)
_plain_thread = _builder(Thread)
_plain_score = _builder(Score)
_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    **{table: _builder(row_class) for table, row_class in TABLES.items()},
    "spans": _build_span,
    "threads": _build_thread,
    "scores": _build_score,
}
