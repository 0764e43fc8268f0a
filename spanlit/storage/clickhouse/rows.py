"""Records and models as rows of ClickHouse tables, and back.

Going in, every value is made to fit its column: one value that does not would fail its whole
block. What does not fit is clamped or cleaned, never refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from spanlit.storage.clean import clean_json, clean_text
from spanlit.storage.models import Element, Process, Score, Thread, User
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord
from spanlit.tracing.types import AttributeValue

R = TypeVar("R")
Attributes = Mapping[str, AttributeValue]

UINT32_MAX = 2**32 - 1
UINT64_MAX = 2**64 - 1
YEAR_2100_NS = 4_102_444_800 * 10**9
"""Later times overflow the Date by which spans are partitioned."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column that is written: its name, its type, and how to get it from a row."""

    name: str
    type: str
    get: Callable[[R], Any]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A table and the columns that are written to it."""

    name: str
    columns: tuple[Column[R], ...]

    def data(self, rows: Sequence[R]) -> list[list[Any]]:
        """Return the rows as columns, which is how ClickHouse's native format wants them."""
        return [[column.get(row) for row in rows] for column in self.columns]


# --- making values fit ----------------------------------------------------------------------
def _text(value: Any) -> str:
    if isinstance(value, str):
        return clean_text(value)
    return "" if value is None else clean_text(str(value))


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _unsigned(value: Any, maximum: int = UINT32_MAX) -> int:
    if type(value) is not int:
        try:
            value = int(value or 0)
        except (TypeError, ValueError, OverflowError):
            return 0
    return 0 if value < 0 else min(value, maximum)


def _time(value: Any) -> int:
    return _unsigned(value, YEAR_2100_NS)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return orjson.dumps(clean_json(value)).decode()


def _strings(attributes: Attributes) -> dict[str, str]:
    return {
        _text(key): _text(value) if isinstance(value, str) else _json(value)
        for key, value in attributes.items()
        if value is not None and not _is_number(value)
    }


def _numbers(attributes: Attributes) -> dict[str, float]:
    return {_text(key): _number(value) for key, value in attributes.items() if _is_number(value)}


def _exact(attributes: Attributes) -> str:
    rest = {key: value for key, value in attributes.items() if not isinstance(value, str)}
    return _json(rest) if rest else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- going in -------------------------------------------------------------------------------
SPANS: Table[SpanRecord] = Table(
    "spans",
    (
        Column("project", "LowCardinality(String)", lambda r: _text(r.project)),
        Column("trace_id", "String", lambda r: _text(r.trace_id)),
        Column("span_id", "String", lambda r: _text(r.span_id)),
        Column("parent_span_id", "String", lambda r: _text(r.parent_span_id)),
        Column("is_root", "Bool", lambda r: r.is_root),
        Column("trace_state", "String", lambda r: _text(r.trace_state)),
        Column("name", "LowCardinality(String)", lambda r: _text(r.name)),
        Column("kind", "LowCardinality(String)", lambda r: _text(r.kind)),
        Column("otel_kind", "LowCardinality(String)", lambda r: _text(r.otel_kind)),
        Column("start_time", "DateTime64(9, 'UTC')", lambda r: _time(r.start_time_ns)),
        Column("duration_ns", "UInt64", lambda r: _unsigned(r.duration_ns, UINT64_MAX)),
        Column("ended", "Bool", lambda r: r.ended),
        Column("removed", "Bool", lambda r: bool(r.removed)),
        Column("version", "UInt64", lambda r: _unsigned(r.version, UINT64_MAX)),
        Column("status", "LowCardinality(String)", lambda r: _text(r.status)),
        Column("status_message", "String", lambda r: _text(r.status_message)),
        Column("thread_id", "String", lambda r: _text(r.thread_id)),
        Column("user_id", "String", lambda r: _text(r.user_id)),
        Column("process_id", "LowCardinality(String)", lambda r: _text(r.process_id)),
        Column("provider", "LowCardinality(String)", lambda r: _text(r.provider)),
        Column("model", "LowCardinality(String)", lambda r: _text(r.model)),
        Column("input_tokens", "UInt32", lambda r: _unsigned(r.input_tokens)),
        Column("output_tokens", "UInt32", lambda r: _unsigned(r.output_tokens)),
        Column("cached_tokens", "UInt32", lambda r: _unsigned(r.cached_tokens)),
        Column("reasoning_tokens", "UInt32", lambda r: _unsigned(r.reasoning_tokens)),
        Column(
            "document_count",
            "Nullable(UInt32)",
            lambda r: None if r.document_count is None else _unsigned(r.document_count),
        ),
        Column("cost_usd", "Float64", lambda r: _number(r.cost_usd)),
        Column("ttft_ms", "Float64", lambda r: _number(r.ttft_ms)),
        Column("scope_name", "LowCardinality(String)", lambda r: _text(r.scope_name)),
        Column("scope_version", "LowCardinality(String)", lambda r: _text(r.scope_version)),
        Column("input", "String", lambda r: _text(r.input)),
        Column("output", "String", lambda r: _text(r.output)),
        Column(
            "attributes",
            "Map(LowCardinality(String), String)",
            lambda r: _strings(r.attributes),
        ),
        Column(
            "attributes_num",
            "Map(LowCardinality(String), Float64)",
            lambda r: _numbers(r.attributes),
        ),
        Column("attributes_json", "String", lambda r: _exact(r.attributes)),
        Column("resource", "LowCardinality(String)", lambda r: _json(r.resource)),
        Column(
            "events.time", "Array(DateTime64(9, 'UTC'))", lambda r: [_time(e.time_ns) for e in r.events]
        ),
        Column(
            "events.name", "Array(LowCardinality(String))", lambda r: [_text(e.name) for e in r.events]
        ),
        Column(
            "events.attributes", "Array(String)", lambda r: [_json(e.attributes) for e in r.events]
        ),
        Column("links.trace_id", "Array(String)", lambda r: [_text(k.trace_id) for k in r.links]),
        Column("links.span_id", "Array(String)", lambda r: [_text(k.span_id) for k in r.links]),
        Column(
            "links.attributes", "Array(String)", lambda r: [_json(k.attributes) for k in r.links]
        ),
    ),
)

THREADS: Table[Thread] = Table(
    "threads",
    (
        Column("project", "LowCardinality(String)", lambda r: _text(r.project)),
        Column("thread_id", "String", lambda r: _text(r.id)),
        Column("user_id", "String", lambda r: _text(r.user_id)),
        Column("name", "String", lambda r: _text(r.name)),
        Column("tags", "Array(LowCardinality(String))", lambda r: [_text(t) for t in r.tags]),
        Column("metadata", "String", lambda r: _json(r.metadata)),
        Column("created_at", "DateTime64(9, 'UTC')", lambda r: _time(r.created_at_ns)),
        Column("updated_at", "DateTime64(9, 'UTC')", lambda r: _time(r.updated_at_ns)),
    ),
)

USERS: Table[User] = Table(
    "users",
    (
        Column("project", "LowCardinality(String)", lambda r: _text(r.project)),
        Column("user_id", "String", lambda r: _text(r.id)),
        Column("identifier", "String", lambda r: _text(r.identifier)),
        Column("display_name", "String", lambda r: _text(r.display_name)),
        Column("metadata", "String", lambda r: _json(r.metadata)),
        Column("created_at", "DateTime64(9, 'UTC')", lambda r: _time(r.created_at_ns)),
        Column("updated_at", "DateTime64(9, 'UTC')", lambda r: _time(r.updated_at_ns)),
    ),
)

ELEMENTS: Table[Element] = Table(
    "elements",
    (
        Column("project", "LowCardinality(String)", lambda r: _text(r.project)),
        Column("thread_id", "String", lambda r: _text(r.thread_id)),
        Column("element_id", "String", lambda r: _text(r.id)),
        Column("trace_id", "String", lambda r: _text(r.trace_id)),
        Column("span_id", "String", lambda r: _text(r.span_id)),
        Column("type", "LowCardinality(String)", lambda r: _text(r.type)),
        Column("name", "String", lambda r: _text(r.name)),
        Column("mime", "LowCardinality(String)", lambda r: _text(r.mime)),
        Column("url", "String", lambda r: _text(r.url)),
        Column("object_key", "String", lambda r: _text(r.object_key)),
        Column("size", "UInt64", lambda r: _unsigned(r.size, UINT64_MAX)),
        Column("props", "String", lambda r: _json(r.props)),
        Column("created_at", "DateTime64(9, 'UTC')", lambda r: _time(r.created_at_ns)),
        Column("updated_at", "DateTime64(9, 'UTC')", lambda r: _time(r.updated_at_ns)),
    ),
)

SCORES: Table[Score] = Table(
    "scores",
    (
        Column("project", "LowCardinality(String)", lambda r: _text(r.project)),
        Column("trace_id", "String", lambda r: _text(r.trace_id)),
        Column("span_id", "String", lambda r: _text(r.span_id)),
        Column("user_id", "String", lambda r: _text(r.user_id)),
        Column("name", "LowCardinality(String)", lambda r: _text(r.name)),
        Column("thread_id", "String", lambda r: _text(r.thread_id)),
        Column("source", "LowCardinality(String)", lambda r: _text(r.source)),
        Column(
            "value", "Nullable(Float64)", lambda r: None if r.value is None else _number(r.value)
        ),
        Column("label", "String", lambda r: _text(r.label)),
        Column("comment", "String", lambda r: _text(r.comment)),
        Column("metadata", "String", lambda r: _json(r.metadata)),
        Column("created_at", "DateTime64(9, 'UTC')", lambda r: _time(r.created_at_ns)),
        Column("updated_at", "DateTime64(9, 'UTC')", lambda r: _time(r.updated_at_ns)),
        Column("is_deleted", "UInt8", lambda r: int(r.removed)),
    ),
)

PROCESSES: Table[Process] = Table(
    "processes",
    (
        Column("process_id", "String", lambda r: _text(r.id)),
        Column("host", "String", lambda r: _text(r.host)),
        Column("pid", "UInt32", lambda r: _unsigned(r.pid)),
        Column("started_at", "DateTime64(9, 'UTC')", lambda r: _time(r.started_at_ns)),
        Column("seen_at", "DateTime64(9, 'UTC')", lambda r: _time(r.seen_at_ns)),
        Column("stopped", "Bool", lambda r: bool(r.stopped)),
    ),
)

# --- coming out -----------------------------------------------------------------------------
Row = Mapping[str, Any]


def span_from(row: Row) -> SpanRecord:
    """Build a span from a row of `queries/columns/span.sql` or `span_head.sql`."""
    values = dict(row)
    duration_ns, ended = values.pop("duration_ns"), values.pop("ended")
    values["end_time_ns"] = values["start_time_ns"] + duration_ns if ended else None
    values["parent_span_id"] = values["parent_span_id"] or None
    if "attributes_json" in values:
        values["attributes"] = values["attributes"] | _object(values.pop("attributes_json"))
        values["resource"] = _object(values["resource"])
        values["events"] = [
            SpanEvent(name, time_ns, _object(attributes))
            for name, time_ns, attributes in values["events"]
        ]
        values["links"] = [
            SpanLink(trace_id, span_id, _object(attributes))
            for trace_id, span_id, attributes in values["links"]
        ]
    return SpanRecord(**values)


def thread_from(row: Row) -> Thread:
    """Build a thread from a row of `queries/columns/thread.sql`."""
    return Thread(**{**row, "tags": tuple(row["tags"]), "metadata": _object(row["metadata"])})


def user_from(row: Row) -> User:
    """Build a user from a row of `queries/user.sql`."""
    return User(**{**row, "metadata": _object(row["metadata"])})


def element_from(row: Row) -> Element:
    """Build an element from a row of `queries/elements.sql`."""
    return Element(**{**row, "props": _object(row["props"])})


def score_from(row: Row) -> Score:
    """Build a score from a row of `queries/scores.sql`."""
    return Score(**{**row, "metadata": _object(row["metadata"])})


def _object(text: str) -> dict[str, Any]:
    value = orjson.loads(text) if text else {}
    return value if isinstance(value, dict) else {}
