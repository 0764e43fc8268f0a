"""A connection to a database that is brought up to date, and made anew when it is lost."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreRefused, StoreUnavailable

from . import without_pandas
from .errors import is_dropped_connection, may_only_read
from .link import Connect, Link
from .migrate import check, migrate, pending

without_pandas.apply()

T = TypeVar("T")
logger = logging.getLogger(__name__)

OLDEST = (24, 8)
"""The oldest ClickHouse that Spanlit is tested on."""


class Connection:
    """Calls into one database, from one event loop.

    Args:
        connect: How to reach the server as the user that writes.
        connect_reader: How to reach it for reads, which may be as a user that can do nothing
            else; None if the same client does both.
        database: Name of the database; made if it does not exist.
        cluster: Name of the ClickHouse cluster, empty for one server.
        where: How messages name the server.
        reconnect: Whether a lost connection is made anew at once.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        database: str,
        cluster: str,
        where: str,
        reconnect: bool,
        connect_reader: Connect | None = None,
    ) -> None:
        self.database = database
        self.cluster = cluster
        self._where = where
        self._migrates = True
        self._writer = Link(
            connect, self._prepare, where=where, user="storage.url", reconnect=reconnect
        )
        self._reader = self._writer
        if connect_reader is not None:
            self._reader = Link(
                connect_reader,
                self._prepare_reader,
                where=where,
                user="readonly_user",
                reconnect=reconnect,
            )

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, and migrate or else check the schema. Raises `StoreError`."""
        self._migrates = migrate
        await self._writer.open()
        if self._reader is not self._writer:
            await self._reader.open()

    async def migrate(self, *, dry_run: bool = False) -> list[str]:
        """Bring the schema up to date; the connection need not be open. Raises `StoreError`.

        Returns:
            Names of the migrations that were applied, or with `dry_run` would be.
        """
        names: list[str] = []

        async def prepare(client: AsyncClient) -> None:
            names.extend(await self._migrate(client, dry_run=dry_run))

        link = self._writer.with_preparation(prepare)
        await link.open()
        await link.close()
        return names

    async def close(self) -> None:
        """Close the connection; nothing happens if it is not open."""
        if self._reader is not self._writer:
            await self._reader.close()
        await self._writer.close()

    async def call(self, action: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Do something that may change the database. Raises `StoreError`."""
        return await self._writer.call(action)

    async def read(self, action: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Ask something, once more if the connection was dropped. Raises `StoreError`."""
        try:
            return await self._reader.call(action)
        except StoreUnavailable as error:
            # Not after a timeout: a heavy query would burden a slow server twice.
            if error.__cause__ is None or not is_dropped_connection(error.__cause__):
                raise
        return await self._reader.call(action)

    async def _prepare(self, client: AsyncClient) -> None:
        if self._migrates:
            for name in await self._migrate(client, dry_run=False):
                logger.info("%s: applied %s", self._where, name)
            return
        self._check_version(client)
        await check(client, self.database)
        client.database = self.database

    async def _migrate(self, client: AsyncClient, *, dry_run: bool) -> list[str]:
        self._check_version(client)
        if dry_run:
            return await pending(client, self.database)
        writable = client.server_settings.get("readonly")
        if writable is not None and str(writable.value) != "0":
            raise StoreRefused(may_only_read(self._where, "storage.url"))
        await self._make_database(client)
        client.database = self.database
        return await migrate(client, cluster=self.cluster)

    def _check_version(self, client: AsyncClient) -> None:
        version = client.server_version or "0"
        if _numbers(version) < OLDEST:
            raise StoreRefused(
                f"ClickHouse at {self._where} is version {version}, and Spanlit needs "
                f"{OLDEST[0]}.{OLDEST[1]} or newer: upgrade the server"
            )

    async def _make_database(self, client: AsyncClient) -> None:
        name = self.database.replace("`", "\\`")
        on_cluster = f" ON CLUSTER '{self.cluster}'" if self.cluster else ""
        known = await client.query(
            "SELECT count() FROM system.databases WHERE name = {name:String}",
            parameters={"name": self.database},
        )
        # Not IF NOT EXISTS alone: that asks for a right which a user of an existing database
        # may not have.
        if not known.result_rows[0][0]:
            await client.command(f"CREATE DATABASE IF NOT EXISTS `{name}`{on_cluster}")

    async def _prepare_reader(self, client: AsyncClient) -> None:
        client.database = self.database
        # A missing right is found now, and not by the first who looks at a page.
        await client.query("SELECT count() FROM spans WHERE 0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
