"""Reading a database of Chainlit, which is only read: Postgres by asyncpg, and SQLite."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from spanlit.storage.transfer.errors import TransferError

from .layouts import Record

SOURCES = "postgresql://user:password@host/database, or the path of an SQLite file"

_FETCH = 500
_PLACE = re.compile(r"\{([\w.]+)\}")


class Database(Protocol):
    """An open database, seen as it was when it was opened."""

    async def tables(self) -> set[str]:
        """Names of its tables."""

    def rows(self, query: str) -> AsyncIterator[Record]:
        """Rows of a query, as they are asked for. `{column}` sorts as Python sorts."""


@asynccontextmanager
async def connected(source: str) -> AsyncIterator[Database]:
    """Open the database that `source` names, as Chainlit is told of it, too.

    Raises:
        TransferError: It cannot be read; the message names no password.
    """
    try:
        scheme = urlsplit(source).scheme.partition("+")[0]
    except ValueError:
        raise _bad_url() from None
    if scheme in ("postgresql", "postgres"):
        url = f"postgresql:{source.partition(':')[2]}"
        if "@" in urlsplit(url)._replace(netloc="").geturl():
            raise _bad_url()
        async with _postgres(url) as database:
            yield database
        return
    if "://" in source and scheme != "sqlite":
        raise TransferError(f"{scheme}:// is no database of Chainlit that can be read: {SOURCES}.")
    # sqlite:///relative and sqlite:////absolute, as SQLAlchemy writes them
    path = Path(source.partition(":///")[2] if scheme == "sqlite" else source)
    with closing(_sqlite(path)) as connection:
        yield Sqlite(connection)


def _bad_url() -> TransferError:
    # The URL itself is not repeated: it is not known where in it the password is.
    return TransferError(
        f"The URL of the database is none: give {SOURCES}. Characters such as / @ : # ? of a user "
        "or password are written as %2F %40 %3A %23 %3F."
    )


# --- Postgres -----------------------------------------------------------------------------


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[Database]:
    try:
        import asyncpg
    except ImportError as error:
        raise TransferError(
            "Reading Postgres needs asyncpg, which is not installed: pip install "
            "'spanlit[postgres]'."
        ) from error
    place = urlsplit(url)
    where = f"{place.hostname or 'localhost'}{place.path}"
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise TransferError(
            f"The Postgres at {where} refuses the user or the password. Check the URL."
        ) from error
    except asyncpg.InvalidCatalogNameError as error:
        raise TransferError(f"There is no such database at {where}. Check the URL.") from error
    except (ValueError, OverflowError):  # the latter of a port
        raise _bad_url() from None
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        why = str(error) or "no answer"
        raise TransferError(f"The Postgres at {where} cannot be reached: {why}.") from error
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connection.close)
        try:
            await stack.enter_async_context(
                connection.transaction(isolation="repeatable_read", readonly=True)
            )
            yield Postgres(connection)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise TransferError(f"Reading the Postgres at {where} failed: {error}.") from error


class Postgres:
    """A connection in a read-only transaction. Several queries may be read in turns."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def tables(self) -> set[str]:
        found = await self._connection.fetch(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = ANY (current_schemas(false))"
        )
        return {row["table_name"] for row in found}

    async def rows(self, query: str) -> AsyncIterator[Record]:
        sql = _PLACE.sub(lambda match: f'{_quoted(match[1])}::text COLLATE "C"', query)
        async for row in self._connection.cursor(sql, prefetch=_FETCH):
            yield dict(row)


# --- SQLite -------------------------------------------------------------------------------


def _sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        # What has an @ in it may be meant for a URL.
        name = "of that name" if "@" in str(path) else path
        raise TransferError(f"There is no file {name}; give {SOURCES}.")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise TransferError(f"{path} cannot be read as an SQLite database: {error}.") from error
    connection.row_factory = sqlite3.Row
    return connection


class Sqlite:
    """A connection in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def tables(self) -> set[str]:
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row["name"] for row in found}

    async def rows(self, query: str) -> AsyncIterator[Record]:
        sql = _PLACE.sub(lambda match: _quoted(match[1]), query)
        try:
            for row in self._connection.execute(sql):
                yield dict(row)
        except sqlite3.Error as error:
            raise TransferError(f"The SQLite database cannot be read: {error}.") from error


def _quoted(column: str) -> str:
    return ".".join(f'"{part}"' for part in column.split("."))
