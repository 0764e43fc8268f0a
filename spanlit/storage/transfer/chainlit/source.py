"""The threads of a Chainlit database, one at a time, each with all that belongs to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from spanlit.storage.transfer.errors import TransferError

from .database import Database
from .layouts import LAYOUTS, Layout, Record


@dataclass(slots=True)
class SourceThread:
    """A thread with its rows, under the keys of Chainlit's dictionaries."""

    row: Record
    steps: list[Record] = field(default_factory=list)
    elements: list[Record] = field(default_factory=list)
    feedbacks: list[Record] = field(default_factory=list)


class Source:
    """A database of Chainlit.

    Args:
        database: Open.
        layout: Which schema it has.
    """

    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout
        self.orphans: dict[str, int] = {}
        """Rows by table whose thread is not there."""

    @property
    def layout(self) -> str:
        """Name of the schema."""
        return self._layout.name

    async def users(self) -> AsyncIterator[Record]:
        """All users."""
        async for row in self._database.rows(self._layout.users):
            yield _texts(row)

    async def threads(self) -> AsyncIterator[SourceThread]:
        """All threads, by id."""
        children = {
            name: _Grouped(self._rows(name, query)) for name, query in self._layout.children.items()
        }
        async for row in self._database.rows(self._layout.threads):
            thread = SourceThread(_texts(row))
            thread_id = thread.row["id"]
            for name, grouped in children.items():
                setattr(thread, name, await grouped.take(thread_id))
            yield thread
        for grouped in children.values():
            await grouped.take(None)
        self.orphans = {name: grouped.orphans for name, grouped in children.items()}

    async def _rows(self, name: str, query: str) -> AsyncIterator[Record]:
        async for row in self._database.rows(query):
            yield self._layout.normal(name, _texts(row))


class _Grouped:
    """Rows in the order of their threads, handed out by thread."""

    def __init__(self, rows: AsyncIterator[Record]) -> None:
        self._rows = rows
        self._next: Record | None = None
        self._started = False
        self.orphans = 0

    async def take(self, thread_id: str | None) -> list[Record]:
        """Rows of a thread, which comes after those that were asked for; None: the end."""
        if not self._started:
            self._started = True
            await self._advance()
        found = []
        while (row := self._next) is not None:
            owner = row["threadId"]
            if thread_id is not None and owner is not None and owner > thread_id:
                break
            if owner == thread_id and owner is not None:
                found.append(row)
            else:
                self.orphans += 1
            await self._advance()
        return found

    async def _advance(self) -> None:
        self._next = await anext(self._rows, None)


def _texts(row: Record) -> Record:
    """Ids as text, whatever type the columns have."""
    return {
        key: _text(value) if key.lower().endswith("id") else value for key, value in row.items()
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


async def recognise(database: Database) -> Source:
    """The source in a database.

    Raises:
        TransferError: It has no tables of Chainlit.
    """
    tables = await database.tables()
    for layout in LAYOUTS:
        if layout.tables <= tables:
            return Source(database, layout)
    found = f"it has {', '.join(sorted(tables)[:8])}" if tables else "it is empty"
    raise TransferError(
        f"The database has neither the tables of Chainlit's Postgres layer "
        f'("User", "Thread", "Step", "Element", "Feedback") nor those of its SQLAlchemy layer '
        f"(users, threads, steps, elements, feedbacks): {found}."
    )
