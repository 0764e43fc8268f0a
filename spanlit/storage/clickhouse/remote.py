"""The store in a ClickHouse server or cluster."""

import asyncio
import ssl
from typing import Any

from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError

from spanlit.storage.store import StoreRefused

from . import cluster
from .client import connected
from .connection import Connection
from .link import Connect
from .server_url import ServerUrl, parse
from .store import ClickHouseStore


def remote_store(url: str) -> ClickHouseStore:
    """Make the store of a `clickhouse://` (HTTP) or `clickhouses://` (HTTPS) URL.

    Options behind `?` are those of `server_url.OPTIONS`.

    Raises:
        StoreRefused: `url` cannot be understood.
    """
    server = parse(url)
    return ClickHouseStore(
        Connection(
            _connect(server, server.user, server.password, {}),
            connect_reader=_connect(
                server,
                server.readonly_user or server.user,
                server.readonly_password if server.readonly_user else server.password,
                server.read_settings,
            ),
            database=server.database,
            cluster=server.cluster,
            where=server.where,
            reconnect=False,
        )
    )


def _connect(server: ServerUrl, user: str, password: str, settings: dict[str, Any]) -> Connect:
    of_cluster = cluster.SETTINGS if server.cluster else {}

    async def connect() -> AsyncClient:
        # In a thread, because it reads certificates.
        client = await asyncio.to_thread(_client, server, user, password)
        await connected(client)
        for name, value in (of_cluster | server.settings | settings).items():
            known = client.server_settings.get(name)
            # A user with readonly=1 may not change any: the server has set its limits.
            if known is None or not known.readonly:
                client.set_client_setting(name, value)
        return client

    return connect


def _client(server: ServerUrl, user: str, password: str) -> AsyncClient:
    try:
        return AsyncClient(
            "https" if server.secure else "http",
            server.host,
            server.port,
            user,
            password,
            compress=server.compress,
            connect_timeout=server.connect_timeout,
            send_receive_timeout=server.timeout,
            verify=server.verify,
            ca_cert=server.ca_cert,
            client_cert=server.client_cert,
            client_cert_key=server.client_cert_key,
            # A certificate is the login only where there is no password.
            tls_mode="strict" if password else "mutual",
            autogenerate_session_id=False,
        )
    except (OSError, ssl.SSLError, ClickHouseError) as error:
        files = [server.ca_cert, server.client_cert, server.client_cert_key]
        named = ", ".join(file for file in files if file)
        raise StoreRefused(
            f"the certificates of storage.url cannot be used ({error}): check {named}"
        ) from error
