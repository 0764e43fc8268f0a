"""What happens before a store is used: is it a server for us, and is its schema up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from spanlit.storage.store import StoreRefused

from .errors import NO_DATABASE, NO_PRIVILEGE, OLDEST, state_of
from .migrate import check, migrate, pending, read_migrations
from .server_url import ServerUrl


class NoDatabase(StoreRefused):
    """The server has no database of this name."""


async def prepare(url: ServerUrl, *, apply: bool) -> list[str]:
    """Make the database if need be, and bring its schema up to date.

    Args:
        url: Where it is.
        apply: Whether anything may be changed. If not, a schema that is out of date is refused.

    Returns:
        Names of the migrations that were applied.

    Raises:
        StoreRefused: The server or the database cannot be used.
        Exception: What asyncpg raises.
    """
    if apply and not await _exists(url):
        await _make_database(url)
    async with connected(url) as connection:
        await _check_server(connection, url)
        if apply:
            return await migrate(connection)
        await check(connection)
        return []


async def list_pending(url: ServerUrl) -> list[str]:
    """Return the names of the migrations that `prepare` would apply. Raises what it raises."""
    try:
        async with connected(url) as connection:
            await _check_server(connection, url)
            return await pending(connection)
    except NoDatabase:
        return [migration.name for migration in read_migrations()]


@asynccontextmanager
async def connected(url: ServerUrl) -> AsyncIterator[Any]:
    """A connection of its own.

    Raises:
        NoDatabase: There is no such database.
    """
    try:
        connection = await asyncpg.connect(**url.connect_arguments())
    except asyncpg.PostgresError as error:
        if state_of(error) != NO_DATABASE:
            raise
        raise NoDatabase(
            f"Postgres at {url.hosts} has no database {url.database!r}: create it, run "
            "`spanlit migrate`, or correct storage.url"
        ) from None
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def _exists(url: ServerUrl) -> bool:
    try:
        async with connected(url):
            return True
    except NoDatabase:
        return False


async def _make_database(url: ServerUrl) -> None:
    name = url.database.replace('"', '""')
    try:
        connection = await asyncpg.connect(**url.maintenance_arguments())
        try:
            await connection.execute(
                f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0"
            )
        finally:
            await connection.close(timeout=10)
    except asyncpg.DuplicateDatabaseError:
        return  # another process was quicker
    except asyncpg.UniqueViolationError:
        return  # the same, at the same moment
    except asyncpg.PostgresError as error:
        raise NoDatabase(
            f"Postgres at {url.hosts} has no database {url.database!r}, and the user "
            f"{url.user!r} may not create it"
            + ("" if state_of(error) == NO_PRIVILEGE else f" ({error.args[0]})")
            + f': let an administrator run CREATE DATABASE "{name}" OWNER "{url.user}" ENCODING '
            "'UTF8'"
        ) from None


async def _check_server(connection: Any, url: ServerUrl) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise StoreRefused(
            f"Postgres at {url.where} is version {version.major}.{version.minor}, and Spanlit "
            f"needs {OLDEST} or newer: upgrade the server"
        )
    row = await connection.fetchrow(
        "SELECT current_setting('server_encoding') AS encoding, "
        "pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS read_only, "
        "current_schema() AS schema"
    )
    if row["encoding"] != "UTF8":
        raise StoreRefused(
            f"the database {url.where} has the encoding {row['encoding']}, which cannot hold all "
            "text: use one that was made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    if row["standby"] or row["read_only"] == "on":
        what = "a standby server" if row["standby"] else "set to default_transaction_read_only"
        raise StoreRefused(
            f"Postgres at {url.where} is read-only, because it is {what}: storage.url must name "
            "a database that can be written"
        )
    if row["schema"] is None:
        await _make_schema(connection, url)


async def _make_schema(connection: Any, url: ServerUrl) -> None:
    if not url.schema:
        raise StoreRefused(
            f"the user {url.user!r} can use no schema of the database {url.where}: let its owner "
            "GRANT USAGE, CREATE ON SCHEMA public, or add schema=spanlit to storage.url"
        )
    name = url.schema.replace('"', '""')
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
