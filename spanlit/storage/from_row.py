"""Objects from the rows that databases return.

The column lists `queries/columns/*.sql` of ClickHouse and Postgres name the same columns, which are
the fields of the models, with JSON as text. Only spans differ.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from .models import Action, Ask, Element, Process, Score, Session, Thread, User

Row = Mapping[str, Any]


def json_object(text: str) -> dict[str, Any]:
    """Read a JSON object; what is none, or empty, is an empty one."""
    value = orjson.loads(text) if text else {}
    return value if isinstance(value, dict) else {}


def with_end(row: Row) -> dict[str, Any]:
    """Return the values of a span's row with the end and the parent that a record has."""
    values = dict(row)
    duration_ns, ended = values.pop("duration_ns"), values.pop("ended")
    values["end_time_ns"] = values["start_time_ns"] + duration_ns if ended else None
    values["parent_span_id"] = values["parent_span_id"] or None
    return values


def thread_from(row: Row) -> Thread:
    """Build a thread from a row of `columns/thread.sql`."""
    return Thread(**{**row, "tags": tuple(row["tags"]), "metadata": json_object(row["metadata"])})


def user_from(row: Row) -> User:
    """Build a user from a row of `columns/user.sql`."""
    return User(**{**row, "metadata": json_object(row["metadata"])})


def element_from(row: Row) -> Element:
    """Build an element from a row of `columns/element.sql`."""
    return Element(**{**row, "props": json_object(row["props"])})


def score_from(row: Row) -> Score:
    """Build a score from a row of `columns/score.sql`."""
    return Score(
        **{**row, "reasons": tuple(row["reasons"]), "metadata": json_object(row["metadata"])}
    )


def action_from(row: Row) -> Action:
    """Build an action from a row of `columns/action.sql`."""
    return Action(**{**row, "payload": json_object(row["payload"])})


def ask_from(row: Row) -> Ask:
    """Build an ask from a row of `columns/ask.sql`."""
    return Ask(**{**row, "spec": json_object(row["spec"]), "answer": json_object(row["answer"])})


def session_from(row: Row) -> Session:
    """Build a session from a row of `columns/session.sql`."""
    return Session(**{**row, "state": json_object(row["state"])})


def process_from(row: Row) -> Process:
    """Build a process from a row of `columns/process.sql`."""
    return Process(**row)


FROM_ROW: dict[str, Callable[[Row], Any]] = {
    "threads": thread_from,
    "users": user_from,
    "elements": element_from,
    "scores": score_from,
    "actions": action_from,
    "asks": ask_from,
    "sessions": session_from,
    "processes": process_from,
}
"""Table, but `spans` -> what builds an object from a row of its column list."""
