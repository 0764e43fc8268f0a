"""A connection to a database that is brought up to date, and made anew when it is lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreUnavailable

from . import without_pandas
from .errors import is_lost_connection, translate
from .migrate import migrate

without_pandas.apply()

T = TypeVar("T")
logger = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[AsyncClient]]
"""Makes a client without a database, and an engine for it if need be."""


class Connection:
    """Calls into one database, from one event loop.

    Args:
        connect: How to reach the server.
        database: Name of the database; made if it does not exist.
        cluster: Name of the ClickHouse cluster, empty for one server.
        where: How messages name the server.
        reconnect: Whether a lost connection is made anew at once, and the call tried again.
            Calls are safe to repeat: reads change nothing, and inserts carry a token.
    """

    def __init__(
        self, connect: Connect, *, database: str, cluster: str, where: str, reconnect: bool
    ) -> None:
        self._connect = connect
        self._database = database
        self._cluster = cluster
        self._where = where
        self._reconnect = reconnect
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def open(self) -> None:
        """Connect and migrate. Raises `StoreError`."""
        await self._replace(None)

    async def close(self) -> None:
        """Close the connection; nothing happens if it is not open."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def call(self, action: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Do something with the client. Raises `StoreError`."""
        client = self._client
        if client is None:
            raise StoreUnavailable(f"the store at {self._where} is not open")
        try:
            return await action(client)
        except Exception as error:
            if not self._reconnect or not is_lost_connection(error):
                raise translate(error, self._where) from error
        client = await self._replace(client)
        try:
            return await action(client)
        except Exception as error:
            raise translate(error, self._where) from error

    async def _replace(self, lost: AsyncClient | None) -> AsyncClient:
        """Return a client that is not `lost`; whoever comes first makes it for all."""
        async with self._connecting:
            if self._client is not None and self._client is not lost:
                return self._client
            try:
                client = await self._connect()
                try:
                    await self._prepare(client)
                except BaseException:
                    await client.close()
                    raise
            except Exception as error:
                raise translate(error, self._where) from error
            self._client = client
        if lost is not None:
            with suppress(Exception):  # it is lost already
                await lost.close()
        return client

    async def _prepare(self, client: AsyncClient) -> None:
        name = self._database.replace("`", "\\`")
        on_cluster = f" ON CLUSTER '{self._cluster}'" if self._cluster else ""
        known = await client.query(
            "SELECT count() FROM system.databases WHERE name = {name:String}",
            parameters={"name": self._database},
        )
        # Not IF NOT EXISTS alone: that asks for a right which a user of an existing database
        # may not have.
        if not known.result_rows[0][0]:
            await client.command(f"CREATE DATABASE IF NOT EXISTS `{name}`{on_cluster}")
        client.database = self._database
        for applied in await migrate(client, cluster=self._cluster):
            logger.info("%s: applied %s", self._where, applied)
