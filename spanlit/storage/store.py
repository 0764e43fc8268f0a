"""The `Store` protocol: all that the rest of Spanlit knows of a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from .explore.query import AggregateRow, Aggregation, SpanQuery, TraceQuery, TraceSummary
from .models import (
    Action,
    Ask,
    AskStatus,
    Element,
    Page,
    Process,
    Score,
    Session,
    Thread,
    TurnTotals,
    User,
)


class StoreError(Exception):
    """A store failed. The exceptions of this tree are the only ones that a store raises.

    StoreError
    ├── StoreUnavailable   try again later: away, starting, overloaded
    └── StoreRefused       trying again is useless: what is wrong, where, and what to do
        └── SchemaError    the schema in the store is newer, or was changed by hand
    """


class StoreUnavailable(StoreError):
    """The store cannot be reached or is overloaded; the same call may succeed later."""


class StoreRefused(StoreError):
    """The store will never accept this; the message names the cause and the cure."""


class SchemaError(StoreRefused):
    """The schema in the store does not fit this version of Spanlit."""


@dataclass(slots=True)
class Batch:
    """Rows that are written together. Writing the same `id` twice leaves one copy."""

    id: str
    spans: list[SpanRecord] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(getattr(self, name)) for name in TABLES)


Row = SpanRecord | Thread | User | Element | Score | Action | Ask | Session | Process

TABLES: dict[str, type[Any]] = {
    "spans": SpanRecord,
    "threads": Thread,
    "users": User,
    "elements": Element,
    "scores": Score,
    "actions": Action,
    "asks": Ask,
    "sessions": Session,
    "processes": Process,
}
"""Name of the table, and of the list in `Batch` -> class of its rows."""

TABLES_OF_TRACES = ("scores", "elements", "actions", "asks")
"""Tables but `spans` whose rows go with a trace."""


@dataclass(slots=True, frozen=True)
class Deleted:
    """What a deletion took away."""

    rows: Mapping[str, int]
    """Rows by table, without tables of which none went; spans whose bodies only were emptied
    count as `bodies`."""
    object_keys: frozenset[str] = frozenset()
    """Blobs that the deleted referred to: elements by `object_key`, spans by the attributes
    `BLOB_KEYS`. Others may still refer to them: see `Housekeeping.referenced`."""


@dataclass(slots=True, frozen=True)
class Cutoffs:
    """What is too old to keep: what is older than each of these times, in Unix nanoseconds.

    0 keeps all. A thread is as old as its last change; its deletion takes all of its rows.
    """

    bodies_ns: int = 0
    """Inputs, outputs, events, and attributes with content of spans."""
    spans_ns: int = 0
    """Spans, with the scores on them."""
    elements_ns: int = 0
    threads_ns: int = 0


@dataclass(slots=True, frozen=True)
class TableSize:
    """How much a table holds."""

    name: str
    rows: int
    size: int
    """Bytes on disk, indexes included."""


@dataclass(slots=True, frozen=True)
class Finding:
    """What a check of the store found."""

    level: Literal["ok", "warning", "error"]
    text: str
    """What was looked at and how it is; if it is not well, what to do."""


class Explorer(Protocol):
    """Finding spans and counting them. Raises what `Store` raises."""

    async def spans(self, query: SpanQuery) -> Page[SpanRecord]:
        """A page of spans as `tree_row` leaves them. Pages are stable while rows arrive."""

    async def traces(self, query: TraceQuery) -> Page[TraceSummary]:
        """A page of traces. Pages are stable while rows arrive."""

    async def aggregate(self, query: Aggregation) -> list[AggregateRow]:
        """Sums by group and time bucket, oldest bucket first."""


class Housekeeping(Protocol):
    """Deleting, copying and checking. Raises what `Store` raises."""

    async def delete_thread(self, project: str, thread_id: str) -> Deleted:
        """Delete the thread with its spans, elements, scores, actions, asks and session.

        Rows of its traces that are written later are kept: end its turns and flush the writer
        first. A late row of the thread itself does not revive it.
        """

    async def delete_user(self, project: str, user_id: str) -> Deleted:
        """Delete a user with all their threads, all traces with a span of theirs, their scores.

        Late rows of the user or of their threads do not revive them.
        """

    async def expire(self, project: str, cutoffs: Cutoffs) -> Deleted:
        """Delete what is older than the cutoffs."""

    async def referenced(self, object_keys: Collection[str]) -> set[str]:
        """Those of the keys that a row of any project still refers to.

        Elements refer by `object_key`, spans by the attributes `BLOB_KEYS`.
        """

    async def projects(self) -> list[str]:
        """Names of the projects that have spans or threads."""

    async def scan(
        self,
        project: str,
        table: str,
        *,
        cursor: str | None = None,
        limit: int = 1_000,
        since_ns: int = 0,
        until_ns: int | None = None,
    ) -> Page[Any]:
        """A page of all rows of one of `TABLES`, newest versions, whole, oldest first.

        A page of large rows is shorter than `limit`, and may be empty; `next_cursor` is None on
        the last one.

        For spans the time range is that of their start, for others of their last change.
        Removed rows are left out. Processes belong to no project: all are returned.
        """

    async def sizes(self) -> list[TableSize]:
        """How much each table holds."""

    async def check(self) -> list[Finding]:
        """Look whether the store is well: version, rights, schema, disk."""


class Store(Protocol):
    """A persistence backend. Instances belong to the event loop that opened them.

    Every method raises `StoreUnavailable` or `StoreRefused`, nothing else.
    """

    @property
    def explorer(self) -> Explorer:
        """Finds and counts spans."""

    @property
    def housekeeping(self) -> Housekeeping:
        """Deletes, copies and checks."""

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, check the schema, and bring it up to date.

        Without `migrate`, a schema that is out of date is a `SchemaError` that names
        `spanlit migrate`.
        """

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        """Bring the schema up to date; the store need not be open.

        Returns:
            Names of the migrations that were applied, or with `dry_run` would be.
        """

    async def close(self) -> None:
        """Let go of connections; a store that is closed answers nothing more."""

    async def ping(self) -> None:
        """Return if the store answers; raise `StoreUnavailable` if it does not."""

    async def write(self, batch: Batch) -> int:
        """Return when the rows are durable. Idempotent by `batch.id`.

        Returns:
            How many rows were left out, because the store can never take them. They are logged.
        """

    # --- spans ----------------------------------------------------------------------------
    async def trace(self, project: str, trace_id: str, *, bodies: bool = True) -> list[SpanRecord]:
        """All spans of a trace, newest version of each, by start time. Empty if unknown.

        Without `bodies` they are as `tree_row` leaves them: bodies cut to previews, few
        attributes, and no events, links and resource. That makes large traces cheap.
        """

    async def span(self, project: str, trace_id: str, span_id: str) -> SpanRecord | None:
        """One span with its bodies and events, or None."""

    async def thread_spans(
        self,
        project: str,
        thread_id: str,
        *,
        kinds: Sequence[Kind] = ("turn", "message"),
        limit: int = 2_000,
        before_ns: int | None = None,
    ) -> list[SpanRecord]:
        """The newest `limit` spans of a thread of these kinds, with bodies, by start time."""

    async def turn_totals(self, project: str, thread_id: str) -> dict[str, TurnTotals]:
        """Sums per trace of the thread, by trace id. Abandoned spans do not count."""

    async def open_spans(self, project: str, *, since_ns: int) -> list[SpanRecord]:
        """Spans that started after `since_ns` and have no end yet, with bodies."""

    # --- the rest -------------------------------------------------------------------------
    async def thread(self, project: str, thread_id: str) -> Thread | None:
        """One thread, or None if it never was or was deleted."""

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        """Threads of a user, latest change first. Pages are stable while rows arrive."""

    async def user(self, project: str, user_id: str) -> User | None:
        """One user, or None."""

    async def elements(self, project: str, thread_id: str) -> list[Element]:
        """Elements of a thread, oldest first, without removed ones."""

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        """Scores on a thread and on all in it, or on a trace and its spans, oldest first."""

    async def actions(self, project: str, thread_id: str) -> list[Action]:
        """Actions of a thread, oldest first."""

    async def asks(
        self, project: str, thread_id: str, *, status: AskStatus | None = None
    ) -> list[Ask]:
        """Questions of a thread, oldest first; those of one status if given."""

    async def session(self, project: str, thread_id: str) -> Session | None:
        """What the app remembers of a thread, or None."""

    async def processes(self) -> list[Process]:
        """The last heartbeat of every process seen within a day."""
