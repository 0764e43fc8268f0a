"""One client of a server, and how it is made anew when its connection is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreUnavailable

from .errors import is_lost_connection, translate

T = TypeVar("T")

Connect = Callable[[], Awaitable[AsyncClient]]
"""Makes a client without a database, and an engine for it if need be."""

Prepare = Callable[[AsyncClient], Awaitable[None]]
"""Makes a new client ready for use: its database, its rights."""


class Link:
    """Calls through one client, from one event loop.

    Args:
        connect: How to reach the server.
        prepare: What is done with each new client.
        where: How messages name the server.
        user: How messages name the user: where it was configured.
        reconnect: Whether a lost connection is made anew at once, and the call tried again.
            Calls are safe to repeat: reads change nothing, and inserts carry a token.
    """

    def __init__(
        self, connect: Connect, prepare: Prepare, *, where: str, user: str, reconnect: bool
    ) -> None:
        self._connect = connect
        self._prepare = prepare
        self._where = where
        self._user = user
        self._reconnect = reconnect
        self._client: AsyncClient | None = None
        self._is_open = False
        self._connecting = asyncio.Lock()

    def with_preparation(self, prepare: Prepare) -> "Link":
        """Return another link to the same server, whose clients get another preparation."""
        return Link(
            self._connect,
            prepare,
            where=self._where,
            user=self._user,
            reconnect=self._reconnect,
        )

    async def open(self) -> None:
        """Connect and prepare. Raises `StoreError`."""
        self._is_open = True
        await self._replace(None)

    async def close(self) -> None:
        """Close the connection; nothing happens if it is not open."""
        self._is_open = False
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def call(self, action: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Do something with the client. Raises `StoreError`."""
        client = self._client
        if client is None:
            raise self._not_open()
        try:
            return await action(client)
        except Exception as error:
            # A client that somebody else has replaced is closed, and says all sorts of things.
            is_lost = is_lost_connection(error) or client is not self._client
            if not self._reconnect or not is_lost:
                raise translate(error, self._where, self._user) from error
        client = await self._replace(client)
        try:
            return await action(client)
        except Exception as error:
            raise translate(error, self._where, self._user) from error

    async def _replace(self, lost: AsyncClient | None) -> AsyncClient:
        """Return a client that is not `lost`; whoever comes first makes it for all."""
        async with self._connecting:
            self._require_open()
            if self._client is not None and self._client is not lost:
                return self._client
            client = await self._new_client()
            try:
                self._require_open()  # it may have been closed meanwhile
            except StoreUnavailable:
                await client.close()
                raise
            self._client = client
        if lost is not None:
            with suppress(Exception):  # it is lost already
                await lost.close()
        return client

    async def _new_client(self) -> AsyncClient:
        try:
            client = await self._connect()
            try:
                await self._prepare(client)
            except BaseException:
                await client.close()
                raise
        except Exception as error:
            raise translate(error, self._where, self._user) from error
        return client

    def _require_open(self) -> None:
        if not self._is_open:
            raise self._not_open()

    def _not_open(self) -> StoreUnavailable:
        return StoreUnavailable(f"the store at {self._where} is not open")
