"""The store in an embedded engine."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreRefused

from .client import connected
from .connection import Connection
from .engine.endpoint import HOST, USER
from .engine.launcher import Progress, ensure
from .store import ClickHouseStore

FOLDER = "clickhouse"
DATABASE = "spanlit"
IDLE_STOP_S = 300.0
OPTIONS = frozenset({"database", "memory_mb"})
LEAST_MEMORY_MB = 300


def embedded_store(
    url: str, data_dir: Path, on_progress: Progress | None = None
) -> ClickHouseStore:
    """Make the store of `chdb:` or `chdb:///abs/path`.

    Options behind `?`: `database`, and `memory_mb`, which an engine gets that this store starts.

    Args:
        url: Which folder and database.
        data_dir: Where `chdb:` has its folder.
        on_progress: Called in another thread while an engine starts.

    Raises:
        StoreRefused: `url` cannot be understood.
    """
    _, _, rest = url.partition(":")
    has_host = rest.startswith("//") and not rest.startswith("///")
    parts = urlsplit("" if has_host else url)
    options = dict(parse_qsl(parts.query))
    if has_host or options.keys() - OPTIONS or (parts.path and parts.path[0] != "/"):
        raise StoreRefused(
            "storage.url is not of the form chdb: or chdb:///absolute/folder, with "
            "?memory_mb=number if need be (a question mark in the folder is written %3F)"
        )
    memory_mb = _memory_mb(options.get("memory_mb"))
    folder = Path(unquote(parts.path)) if parts.path else data_dir.absolute() / FOLDER

    async def connect() -> AsyncClient:
        endpoint = await asyncio.to_thread(
            ensure,
            folder,
            idle_stop_s=IDLE_STOP_S,
            memory_mb=memory_mb,
            on_progress=on_progress,
        )
        client = AsyncClient(
            "http",
            HOST,
            endpoint.port,
            USER,
            endpoint.secret,
            compress=False,
            connect_timeout=5,
            send_receive_timeout=60,
            autogenerate_session_id=False,
        )
        # The client reads HTTP_PROXY and has no way to be told that this is loopback.
        client._backend.proxy_url = None  # noqa: SLF001
        return await connected(client)

    return ClickHouseStore(
        Connection(
            connect,
            database=options.get("database", DATABASE),
            cluster="",
            where=str(folder),
            reconnect=True,
        )
    )


def _memory_mb(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < LEAST_MEMORY_MB:
        raise StoreRefused(
            f"storage.url has memory_mb={text}; it is a number of at least {LEAST_MEMORY_MB}"
        )
    return int(text)
