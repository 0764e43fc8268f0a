"""The store in a ClickHouse server or cluster."""

from urllib.parse import parse_qs, unquote, urlsplit

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreRefused

from .connection import Connection
from .store import ClickHouseStore

DATABASE = "spanlit"
OPTIONS = frozenset({"cluster", "verify", "ca_cert", "compress"})
_FORM = "clickhouse[s]://[user[:password]@]host[:port][/database][?cluster=name]"


def remote_store(url: str) -> ClickHouseStore:
    """Make the store of a `clickhouse://` (HTTP) or `clickhouses://` (HTTPS) URL.

    Options behind `?`: `cluster` for replicated tables; `verify=0` and `ca_cert=path` for the
    server's certificate; `compress=0` where the network is faster than LZ4.

    Raises:
        StoreRefused: `url` cannot be understood.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    secure = parts.scheme == "clickhouses"
    try:
        host, port = parts.hostname, parts.port or (8443 if secure else 8123)
    except ValueError:
        host, port = None, 0
    if not host or options.keys() - OPTIONS:
        # Not the URL itself: it may have a password.
        raise StoreRefused(f"storage.url is not of the form {_FORM}")
    database = unquote(parts.path.strip("/")) or DATABASE

    async def connect() -> AsyncClient:
        client = AsyncClient(
            "https" if secure else "http",
            host,
            port,
            unquote(parts.username or "default"),
            unquote(parts.password or ""),
            compress=options.get("compress", "1"),
            connect_timeout=10,
            send_receive_timeout=60,
            verify=options.get("verify", "1"),
            ca_cert=options.get("ca_cert"),
            autogenerate_session_id=False,
        )
        return await client.__aenter__()

    return ClickHouseStore(
        Connection(
            connect,
            database=database,
            cluster=options.get("cluster", ""),
            where=f"{host}:{port}/{database}",
            reconnect=False,
        )
    )
