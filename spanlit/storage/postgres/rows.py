"""Records and models as rows of Postgres tables, and back."""

from collections.abc import Callable
from typing import Any

import orjson

from spanlit.storage import from_row
from spanlit.storage.from_row import Row, json_object, with_end
from spanlit.storage.models import (
    Action,
    Ask,
    Element,
    Process,
    Score,
    Session,
    Thread,
    User,
)
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord

from . import columns as c

# --- going in -------------------------------------------------------------------------------
# A row that is written is not deleted; only tombstones are.
_NOT_REMOVED = c.flag("removed", lambda row: False)
_TIMES = (c.moment("created_at_ns"), c.moment("updated_at_ns"))
_CHANGED = "updated_at_ns"

SPANS: c.Table[SpanRecord] = c.Table(
    "spans",
    ("trace_id", "span_id", "project", "start_time_ns"),
    "version",
    (
        c.text("project"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("parent_span_id"),
        c.moment("start_time_ns"),
        c.big_count("duration_ns"),
        c.big_count("version"),
        c.flag("is_root"),
        c.flag("ended"),
        c.flag("removed"),
        c.count("input_tokens"),
        c.count("output_tokens"),
        c.count("cached_tokens"),
        c.count("reasoning_tokens"),
        c.maybe_count("document_count"),
        c.number("cost_usd"),
        c.number("ttft_ms"),
        c.text("trace_state"),
        c.text("name"),
        c.text("kind"),
        c.text("otel_kind"),
        c.text("status"),
        c.text("status_message"),
        c.text("thread_id"),
        c.text("user_id"),
        c.text("process_id"),
        c.text("provider"),
        c.text("model"),
        c.text("scope_name"),
        c.text("scope_version"),
        c.text("input"),
        c.text("output"),
        c.json("attributes"),
        c.json("resource"),
        c.json("events", lambda span: [_event(event) for event in span.events]),
        c.json("links", lambda span: [_link(link) for link in span.links]),
    ),
)

THREADS: c.Table[Thread] = c.Table(
    "threads",
    ("project", "thread_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("thread_id", "id"),
        c.text("user_id"),
        c.text("name"),
        c.texts("tags"),
        c.json("metadata"),
        *_TIMES,
        _NOT_REMOVED,
    ),
)

USERS: c.Table[User] = c.Table(
    "users",
    ("project", "user_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("user_id", "id"),
        c.text("identifier"),
        c.text("display_name"),
        c.json("metadata"),
        *_TIMES,
        _NOT_REMOVED,
    ),
)

ELEMENTS: c.Table[Element] = c.Table(
    "elements",
    ("project", "thread_id", "element_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("thread_id"),
        c.text("element_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("type"),
        c.text("name"),
        c.text("mime"),
        c.text("url"),
        c.text("object_key"),
        c.big_count("size"),
        c.json("props"),
        *_TIMES,
        c.flag("removed"),
    ),
)

SCORES: c.Table[Score] = c.Table(
    "scores",
    ("project", "trace_id", "span_id", "target_thread", "user_id", "name"),
    _CHANGED,
    (
        c.text("project"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("target_thread", lambda score: score.target[0]),
        c.text("user_id"),
        c.text("name"),
        c.text("thread_id"),
        c.text("source"),
        c.text("type"),
        c.maybe_number("value"),
        c.text("label"),
        c.text("comment"),
        c.texts("reasons"),
        c.json("metadata"),
        *_TIMES,
        c.flag("removed"),
    ),
)

ACTIONS: c.Table[Action] = c.Table(
    "actions",
    ("project", "thread_id", "action_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("thread_id"),
        c.text("action_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("name"),
        c.text("label"),
        c.text("tooltip"),
        c.text("icon"),
        c.json("payload"),
        *_TIMES,
        c.flag("removed"),
    ),
)

ASKS: c.Table[Ask] = c.Table(
    "asks",
    ("project", "thread_id", "ask_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("thread_id"),
        c.text("ask_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("type"),
        c.json("spec"),
        c.text("status"),
        c.json("answer"),
        *_TIMES,
        c.moment("expires_at_ns"),
    ),
)

SESSIONS: c.Table[Session] = c.Table(
    "sessions",
    ("project", "thread_id"),
    _CHANGED,
    (
        c.text("project"),
        c.text("thread_id"),
        c.text("user_id"),
        c.json("state"),
        *_TIMES,
    ),
)

PROCESSES: c.Table[Process] = c.Table(
    "processes",
    ("process_id",),
    "seen_at_ns",
    (
        c.text("process_id", "id"),
        c.text("host"),
        c.big_count("pid"),
        c.moment("started_at_ns"),
        c.moment("seen_at_ns"),
        c.flag("stopped"),
    ),
)

TABLES: tuple[c.Table[Any], ...] = (
    SPANS,
    THREADS,
    USERS,
    ELEMENTS,
    SCORES,
    ACTIONS,
    ASKS,
    SESSIONS,
    PROCESSES,
)


def _event(event: SpanEvent) -> dict[str, Any]:
    return {"name": event.name, "time_ns": event.time_ns, "attributes": event.attributes}


def _link(link: SpanLink) -> dict[str, Any]:
    return {"trace_id": link.trace_id, "span_id": link.span_id, "attributes": link.attributes}


# --- coming out -----------------------------------------------------------------------------
def span_from(row: Row) -> SpanRecord:
    """Build a span from a row of `queries/columns/span.sql`."""
    values = _span_head(row)
    values["resource"] = json_object(values["resource"])
    values["events"] = [SpanEvent(**event) for event in orjson.loads(values["events"])]
    values["links"] = [SpanLink(**link) for link in orjson.loads(values["links"])]
    return SpanRecord(**values)


def tree_row_from(row: Row) -> SpanRecord:
    """Build what `tree_row` leaves of a span from a row of `queries/columns/tree_row.sql`."""
    return SpanRecord(**_span_head(row))


def _span_head(row: Row) -> dict[str, Any]:
    values = with_end(row)
    values["attributes"] = json_object(values["attributes"])
    return values


FROM_ROW: dict[str, Callable[[Row], Any]] = {"spans": span_from, **from_row.FROM_ROW}
"""Table -> what builds an object from a row of its column list."""
