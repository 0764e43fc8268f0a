"""The `Store` protocol: all that the rest of Spanlit knows of a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Kind

from .models import Element, Page, Process, Score, Thread, TurnTotals, User


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
    processes: list[Process] = field(default_factory=list)

    def __len__(self) -> int:
        return (
            len(self.spans)
            + len(self.threads)
            + len(self.users)
            + len(self.elements)
            + len(self.scores)
            + len(self.processes)
        )


class Store(Protocol):
    """A persistence backend. Instances belong to the event loop that opened them.

    Every method raises `StoreUnavailable` or `StoreRefused`, nothing else.
    """

    async def open(self) -> None:
        """Connect, check the schema and migrate it."""

    async def close(self) -> None:
        """Let go of connections; a store that is closed answers nothing more."""

    async def ping(self) -> None:
        """Return if the store answers; raise `StoreUnavailable` if it does not."""

    # --- writing --------------------------------------------------------------------------
    async def write(self, batch: Batch) -> int:
        """Return when the rows are durable. Idempotent by `batch.id`.

        Returns:
            How many rows were left out, because the store can never take them. They are logged.
        """

    async def delete_thread(self, project: str, thread_id: str) -> None:
        """Delete the thread with its spans, elements and scores.

        Rows of its traces that are written later are kept: end its turns and flush the writer
        first. A late row of the thread itself does not revive it.
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
        """Elements of a thread, oldest first."""

    async def scores(self, project: str, *, thread_id: str = "", trace_id: str = "") -> list[Score]:
        """Scores of a thread or of a trace, without removed ones."""

    async def processes(self) -> list[Process]:
        """The last heartbeat of every process seen within a day."""
