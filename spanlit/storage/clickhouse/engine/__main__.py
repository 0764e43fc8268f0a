"""The engine process: `python -m spanlit.storage.clickhouse.engine FOLDER`.

Started by `launcher`. It serves until nobody has asked for a while, a signal says stop, or its
data folder is gone, and closes the engine cleanly each time.
"""

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from spanlit.storage.file_lock import FileLock

from .endpoint import FILE, HOST, Endpoint
from .support import why_unavailable

if TYPE_CHECKING:
    from .http import EngineApp

LOCK = "engine.lock"
DATA = "data"
LOCK_TIMEOUT_S = 10.0
WATCH_INTERVAL_S = 1.0
SHUTDOWN_TIMEOUT_S = 5
STATUS = "status"
"""File in the data that ClickHouse locks while it has them open."""


class EngineFailure(Exception):
    """The engine cannot start; the message says why and what to do."""


class Reporter:
    """Tells the launcher, through a pipe, how the start went: `ready`, or why not."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def ready(self) -> None:
        self._tell("ready")

    def failed(self, sentence: str) -> None:
        sys.stderr.write(f"{sentence}\n")
        self._tell(sentence)

    def _tell(self, text: str) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):  # the launcher may be gone
                os.write(fd, text.encode())
                os.close(fd)


def main() -> int:
    """Run the process and return its exit status."""
    parser = argparse.ArgumentParser(description="Embedded ClickHouse of Spanlit")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--idle-stop", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--memory-mb", type=int)
    parser.add_argument("--report-to", type=int, metavar="FD")
    arguments = parser.parse_args()
    reporter = Reporter(arguments.report_to)
    try:
        serve(arguments.folder, arguments.idle_stop, arguments.memory_mb, reporter)
    except EngineFailure as failure:
        reporter.failed(str(failure))
        return 1
    return 0


def serve(folder: Path, idle_stop_s: float, memory_mb: int | None, reporter: Reporter) -> None:
    """Open the engine of `folder` and serve it until it is time to stop.

    Raises:
        EngineFailure: It cannot be opened.
    """
    if reason := why_unavailable():
        raise EngineFailure(reason)
    # uvicorn raises the signal that ended it once more, under the handlers from before: with
    # these it comes back to us, and the engine is closed.
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    lock = _take(folder)
    # Not before the checks: the import loads 500 MB, and kills where AVX2 is missing.
    from .database import MEMORY_MB, Database, DatabaseError, limits
    from .http import EngineApp

    try:
        database = Database(folder / DATA, limits(memory_mb or MEMORY_MB))
    except DatabaseError as error:
        raise EngineFailure(_explain(error, folder)) from error
    listener = socket.create_server((HOST, 0), backlog=128)
    # Connections inherit it. asyncio sets it for its own sockets only, and without it answers
    # wait 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    endpoint = Endpoint(os.getpid(), listener.getsockname()[1], secrets.token_urlsafe(32))
    app = EngineApp(database, endpoint)
    try:
        endpoint.save(folder)
        reporter.ready()

        def is_time_to_stop() -> bool:
            return (
                told_to_stop.is_set()
                or app.idle_s > idle_stop_s
                or Endpoint.load(folder) != endpoint  # the folder is gone
            )

        asyncio.run(_serve_http(app, listener, is_time_to_stop))
    finally:
        if Endpoint.load(folder) == endpoint:
            with suppress(OSError):
                (folder / FILE).unlink()
        listener.close()
        app.close()
        database.close()
        lock.release()


def _take(folder: Path) -> FileLock:
    """Become the one engine of the folder; the one before may still be closing."""
    lock = FileLock(folder / LOCK)
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    try:
        while not lock.acquire(blocking=False):
            if time.monotonic() > deadline:
                other = Endpoint.load(folder)
                raise EngineFailure(
                    f"Another embedded ClickHouse holds {folder} and does not answer; "
                    f"end it ({f'process {other.pid}' if other else 'see ps'}) and try again."
                )
            time.sleep(0.05)
    except OSError as error:
        raise EngineFailure(
            f"The data folder {folder} cannot be used ({error.strerror}); "
            "make it writable or choose another one with storage.data_dir."
        ) from error
    return lock


def _explain(error: Exception, folder: Path) -> str:
    # chDB writes "Cannot lock file" to stderr and raises something that does not say so.
    if _is_locked(folder / DATA / STATUS):
        return (
            f"The data folder {folder} is in use by a ClickHouse or chDB process that Spanlit "
            "did not start; stop that process or choose another folder with storage.data_dir."
        )
    return f"Embedded ClickHouse cannot open {folder}: {str(error)[:500]}"


def _is_locked(file: Path) -> bool:
    lock = FileLock(file)
    try:
        free = lock.acquire(blocking=False)
    except OSError:
        return False
    if free:
        lock.release()
    return not free


async def _serve_http(
    app: "EngineApp", listener: socket.socket, is_time_to_stop: Callable[[], bool]
) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    while not serving.done():
        server.should_exit |= is_time_to_stop()
        await app.tidy_up()
        await asyncio.wait([serving], timeout=WATCH_INTERVAL_S)
    await serving


if __name__ == "__main__":
    sys.exit(main())
