"""Keeping spans, threads and the rest: stores behind one protocol, and the writer."""

from collections.abc import Callable
from pathlib import Path

from .store import (
    Batch,
    SchemaError,
    Store,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)

__all__ = [
    "Batch",
    "SchemaError",
    "Store",
    "StoreError",
    "StoreRefused",
    "StoreUnavailable",
    "open_store",
]

_SCHEMES = (
    "memory:, chdb:, chdb:///path, clickhouse://host, clickhouses://host, postgresql://host, "
    "pgserver: or pgserver:///path"
)


def open_store(
    url: str, *, data_dir: Path, on_progress: Callable[[float], None] | None = None
) -> Store:
    """Make the store that `url` names. It connects when `Store.open` is awaited.

    Args:
        url: `memory:`; `chdb:` (embedded ClickHouse in `data_dir/clickhouse`);
            `chdb:///abs/path` (embedded, in that folder);
            `clickhouse[s]://[user[:password]@]host[:port][/database][?cluster=name]`.
            `postgresql://[user[:password]@]host[:port][/database][?option=value]`;
            `pgserver:` (embedded Postgres in `data_dir/postgres`); `pgserver:///abs/path`.
            The database of an embedded store can be chosen with `?database=name`.
        data_dir: Folder of this installation.
        on_progress: Called with the seconds that passed, a few times a second, while an
            embedded engine starts; in another thread.

    Raises:
        StoreRefused: `url` is none of these, or a package for it is not installed.
    """
    scheme = url.partition(":")[0].lower() if ":" in url else ""
    if scheme == "memory":
        from .memory import MemoryStore

        return MemoryStore()
    if scheme == "chdb":
        from .clickhouse.embedded import embedded_store

        return embedded_store(url, data_dir, on_progress)
    if scheme in ("clickhouse", "clickhouses"):
        from .clickhouse.remote import remote_store

        return remote_store(url)
    if scheme in ("postgresql", "postgres"):
        from .postgres.extras import SERVER, require

        require(*SERVER, extra="postgres")
        from .postgres.remote import remote_store as postgres_store

        return postgres_store(url)
    if scheme == "pgserver":
        from .postgres.extras import EMBEDDED, require

        require(*EMBEDDED, extra="embedded-postgres")
        from .postgres.embedded import embedded_store as embedded_postgres_store

        return embedded_postgres_store(url, data_dir)
    raise StoreRefused(f"unknown storage URL {scheme!r}: it must start with {_SCHEMES}")
