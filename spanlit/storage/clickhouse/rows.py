"""Records and models as rows of ClickHouse tables, and back."""

from typing import Any

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
from spanlit.storage.tree_row import FLAGS
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord

from . import columns as c

# --- going in -------------------------------------------------------------------------------
SPANS: c.Table[SpanRecord] = c.Table(
    "spans",
    (
        c.label("project"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("parent_span_id"),
        c.flag("is_root"),
        c.text("trace_state"),
        c.label("name"),
        c.label("kind"),
        c.label("otel_kind"),
        c.partition_moment("start_time", "start_time_ns"),
        c.big_count("duration_ns"),
        c.flag("ended"),
        c.flag("removed"),
        c.big_count("version"),
        c.label("status"),
        c.text("status_message"),
        c.text("thread_id"),
        c.text("user_id"),
        c.label("process_id"),
        c.label("provider"),
        c.label("model"),
        c.count("input_tokens"),
        c.count("output_tokens"),
        c.count("cached_tokens"),
        c.count("reasoning_tokens"),
        c.maybe_count("document_count"),
        c.number("cost_usd"),
        c.number("ttft_ms"),
        c.label("scope_name"),
        c.label("scope_version"),
        c.text("input"),
        c.text("output"),
        c.text_map("attributes", "attributes"),
        c.number_map("attributes_num", "attributes"),
        c.other_json("attributes_json", "attributes"),
        c.json_label("resource"),
        c.moments("events.time", lambda span: [event.time_ns for event in span.events]),
        c.labels("events.name", lambda span: [event.name for event in span.events]),
        c.jsons("events.attributes", lambda span: [event.attributes for event in span.events]),
        c.texts("links.trace_id", lambda span: [link.trace_id for link in span.links]),
        c.texts("links.span_id", lambda span: [link.span_id for link in span.links]),
        c.jsons("links.attributes", lambda span: [link.attributes for link in span.links]),
    ),
)

THREADS: c.Table[Thread] = c.Table(
    "threads",
    (
        c.label("project"),
        c.text("thread_id", "id"),
        c.text("user_id"),
        c.text("name"),
        c.labels("tags"),
        c.json("metadata"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
    ),
)

USERS: c.Table[User] = c.Table(
    "users",
    (
        c.label("project"),
        c.text("user_id", "id"),
        c.text("identifier"),
        c.text("display_name"),
        c.json("metadata"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
    ),
)

ELEMENTS: c.Table[Element] = c.Table(
    "elements",
    (
        c.label("project"),
        c.text("thread_id"),
        c.text("element_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.label("type"),
        c.text("name"),
        c.label("mime"),
        c.text("url"),
        c.text("object_key"),
        c.big_count("size"),
        c.json("props"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
        c.count("is_deleted", "removed"),
    ),
)

SCORES: c.Table[Score] = c.Table(
    "scores",
    (
        c.label("project"),
        c.text("trace_id"),
        c.text("span_id"),
        c.text("user_id"),
        c.label("name"),
        c.text("target_thread", lambda score: score.target[0]),
        c.text("thread_id"),
        c.label("source"),
        c.label("type"),
        c.labels("reasons"),
        c.maybe_number("value"),
        c.text("label"),
        c.text("comment"),
        c.json("metadata"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
        c.count("is_deleted", "removed"),
    ),
)

ACTIONS: c.Table[Action] = c.Table(
    "actions",
    (
        c.label("project"),
        c.text("thread_id"),
        c.text("action_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.label("name"),
        c.text("label"),
        c.text("tooltip"),
        c.label("icon"),
        c.json("payload"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
        c.count("is_deleted", "removed"),
    ),
)

ASKS: c.Table[Ask] = c.Table(
    "asks",
    (
        c.label("project"),
        c.text("thread_id"),
        c.text("ask_id", "id"),
        c.text("trace_id"),
        c.text("span_id"),
        c.label("type"),
        c.json("spec"),
        c.label("status"),
        c.json("answer"),
        c.moment("expires_at", "expires_at_ns"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
    ),
)

SESSIONS: c.Table[Session] = c.Table(
    "sessions",
    (
        c.label("project"),
        c.text("thread_id"),
        c.text("user_id"),
        c.json("state"),
        c.moment("created_at", "created_at_ns"),
        c.moment("updated_at", "updated_at_ns"),
    ),
)

PROCESSES: c.Table[Process] = c.Table(
    "processes",
    (
        c.text("process_id", "id"),
        c.text("host"),
        c.count("pid"),
        c.moment("started_at", "started_at_ns"),
        c.moment("seen_at", "seen_at_ns"),
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


# --- coming out -----------------------------------------------------------------------------
def span_from(row: Row) -> SpanRecord:
    """Build a span from a row of `queries/columns/span.sql`."""
    values = with_end(row)
    values["attributes"] = values["attributes"] | json_object(values.pop("attributes_json"))
    values["resource"] = json_object(values["resource"])
    values["events"] = [
        SpanEvent(name, time_ns, json_object(attributes))
        for name, time_ns, attributes in values["events"]
    ]
    values["links"] = [
        SpanLink(trace_id, span_id, json_object(attributes))
        for trace_id, span_id, attributes in values["links"]
    ]
    return SpanRecord(**values)


def tree_row_from(row: Row) -> SpanRecord:
    """Build what `tree_row` leaves of a span from a row of `queries/trace_tree.sql`."""
    values = with_end(row)
    attributes = values["attributes"]
    for key in FLAGS:
        if key in attributes:  # the map holds texts
            attributes[key] = attributes[key] == "true"
    return SpanRecord(**values)
