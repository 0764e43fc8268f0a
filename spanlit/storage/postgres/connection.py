"""A pool of connections to a database that is brought up to date."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import asyncpg

from spanlit.storage.store import StoreError, StoreUnavailable

from .errors import is_conflict, is_lost_connection, translate
from .server_url import ServerUrl
from .sql import query
from .startup import list_pending, prepare

T = TypeVar("T")
logger = logging.getLogger(__name__)

Locate = Callable[[], Awaitable[ServerUrl]]
"""Says where the server is, and starts it if it is ours."""
Action = Callable[[Any], Awaitable[T]]

ACQUIRE_TIMEOUT_S = 30.0
CLOSE_TIMEOUT_S = 10.0


class Database:
    """Calls into one database, from one event loop.

    A call whose connection is lost is made once more on another: reads change nothing, and
    writes may be repeated.

    Args:
        locate: Where the server is.
        where: How messages name the database.
    """

    def __init__(self, locate: Locate, where: str) -> None:
        self._locate = locate
        self._where = where
        self._user = ""
        self._pool: Any = None

    async def open(self, *, migrate: bool = True) -> None:
        """Connect and migrate. Raises `StoreError`."""
        await self.close()
        try:
            url = await self._locate()
            self._user = url.user
            for applied in await prepare(url, apply=migrate):
                logger.info("%s: applied %s", self._where, applied)
        except Exception as error:
            raise self.translated(error) from error
        self._pool = await asyncpg.create_pool(
            connect=self._connect,
            min_size=0,
            max_size=url.pool_size,
            reset=_leave,
        )

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        """Bring the schema up to date. Raises `StoreError`."""
        try:
            url = await self._locate()
            self._user = url.user
            return await (list_pending(url) if dry_run else prepare(url, apply=True))
        except Exception as error:
            raise self.translated(error) from error

    async def close(self) -> None:
        """Close all connections; nothing happens if it is not open."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), CLOSE_TIMEOUT_S)
        except Exception:
            pool.terminate()

    async def call(self, action: Action[T]) -> T:
        """Do something with a connection. Raises `StoreError`."""
        try:
            return await self._try(action)
        except Exception as error:
            raise self.translated(error) from error

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        """Return the records of a query. Raises `StoreError`."""
        found: list[Any] = await self.call(lambda connection: connection.fetch(sql, *arguments))
        return found

    async def ask(self, name: str, values: Mapping[str, Any]) -> list[Any]:
        """Return the records of a query of `queries/`. Raises `StoreError`."""
        found = query(name)
        return await self.rows(found.text, *found.arguments(values))

    async def transaction(self, action: Action[T]) -> T:
        """Do something in one transaction. Raises `StoreError`."""
        return await self.call(lambda connection: _in_transaction(connection, action))

    async def write(self, action: Action[T]) -> T:
        """As `transaction`, but raise errors of asyncpg as they are."""
        return await self._try(lambda connection: _in_transaction(connection, action))

    def translated(self, error: Exception) -> StoreError:
        """Return what an error of asyncpg means."""
        return translate(error, self._where, self._user)

    async def _try(self, action: Action[T]) -> T:
        pool = self._pool
        if pool is None:
            raise StoreUnavailable(f"the store at {self._where} is not open")
        try:
            return await self._once(pool, action)
        except Exception as error:
            if is_lost_connection(error):
                await pool.expire_connections()
            elif not is_conflict(error):
                raise
        return await self._once(pool, action)

    async def _once(self, pool: Any, action: Action[T]) -> T:
        try:
            connection = await pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except asyncpg.InterfaceError as error:  # closed meanwhile
            raise StoreUnavailable(f"the store at {self._where} is not open") from error
        except Exception as error:
            if isinstance(error, TimeoutError) and pool.get_size() == pool.get_max_size():
                raise StoreUnavailable(
                    f"all {pool.get_size()} connections to Postgres at {self._where} are in use: "
                    "raise pool_size in storage.url"
                ) from error
            raise self.translated(error) from error
        try:
            return await action(connection)
        finally:
            await pool.release(connection)

    async def _connect(self, *_: Any, **given: Any) -> Any:
        url = await self._locate()
        return await asyncpg.connect(**(given | url.connect_arguments()))


async def _in_transaction(connection: Any, action: Action[T]) -> T:
    async with connection.transaction():
        return await action(connection)


async def _leave(connection: Any) -> None:
    """Reset nothing: what we do ends with its transaction."""
