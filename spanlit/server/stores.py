"""Which store an app writes to and reads from."""

from collections.abc import Callable
from typing import Final

from spanlit.storage import Store, clickhouse, open_store, postgres
from spanlit.storage.writing.writer import WriterStatus

from .config import StorageConfig
from .live.events import ServerStatus

MEMORY: Final = "memory:"
EMBEDDED: Final = "chdb:"
EMBEDDED_POSTGRES: Final = "pgserver:"
INSTALL_HINT: Final = (
    "No database is installed, so nothing survives a restart. "
    "Install one with: pip install 'spanlit[embedded]'"
)
LOG_HINT: Final = "The log of the server says why."
"""Not the error itself: it names hosts and folders, and everybody may ask for the status."""


class Stores:
    """Makes the stores of one app.

    Args:
        config: What was configured. Without a URL it is an embedded store if one is installed
            and can run, else memory.
    """

    def __init__(self, config: StorageConfig) -> None:
        self._config = config
        self._url = config.url or _default_url()
        # A store in memory is what it holds: reader and writer must share the object.
        self._shared = self._open() if self._url == MEMORY else None

    @property
    def make(self) -> Callable[[], Store]:
        """Makes a store that has not been opened yet."""
        shared = self._shared
        return self._open if shared is None else lambda: shared

    @property
    def in_memory(self) -> bool:
        """Whether rows are gone when the process ends."""
        return self._shared is not None

    def status(self, writer: WriterStatus) -> ServerStatus:
        """How storage stands, for people."""
        if self._shared is not None:
            hint = "" if self._config.url else INSTALL_HINT
            return ServerStatus(
                storage="memory",
                hint=hint,
                shed_bodies=writer.shed_bodies,
                dropped_rows=writer.dropped_rows,
            )
        away = writer.storage == "away"
        lost = writer.shed_bodies or writer.dropped_rows
        return ServerStatus(
            storage="away" if away else "ok",
            hint=LOG_HINT if away or lost or writer.disk_refuses else "",
            spooled_bytes=writer.spooled_bytes,
            spooled_rows=writer.spooled_rows,
            disk_refuses=writer.disk_refuses,
            unsaved_rows=writer.unsaved_rows,
            shed_bodies=writer.shed_bodies,
            dropped_rows=writer.dropped_rows,
        )

    def _open(self) -> Store:
        return open_store(self._url, data_dir=self._config.data_dir)


def _default_url() -> str:
    if clickhouse.available():
        return EMBEDDED
    return EMBEDDED_POSTGRES if postgres.can_be_embedded() else MEMORY
