"""Keeping spans, threads and the rest: stores behind one protocol, and the writer."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

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

_SCHEMES = "memory:, chdb:, chdb:///path, clickhouse://host or clickhouses://host"


def open_store(
    url: str, *, data_dir: Path, on_progress: Callable[[float], None] | None = None
) -> Store:
    """Make the store that `url` names. It connects when `Store.open` is awaited.

    Args:
        url: `memory:`; `chdb:` (embedded ClickHouse in `data_dir/clickhouse`);
            `chdb:///abs/path` (embedded, in that folder);
            `clickhouse[s]://[user[:password]@]host[:port][/database][?cluster=name]`.
            The database of an embedded store can be chosen with `?database=name`.
        data_dir: Folder of this installation.
        on_progress: Called with the seconds that passed, a few times a second, while an
            embedded engine starts; in another thread.

    Raises:
        StoreRefused: `url` is none of these.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        from .memory import MemoryStore

        return MemoryStore()
    if scheme == "chdb":
        from .clickhouse.embedded import embedded_store

        return embedded_store(url, data_dir, on_progress)
    if scheme in ("clickhouse", "clickhouses"):
        from .clickhouse.remote import remote_store

        return remote_store(url)
    raise StoreRefused(f"unknown storage URL {url!r}: it must start with {_SCHEMES}")
