"""`--watch`: a process that runs the app and is replaced when the app's files change.

The parent keeps the listening socket, so the port stays ours and browsers that reconnect while
the app restarts just wait. `watchfiles.run_process` is not used because it stops the child
by SIGINT: after Ctrl-C, which the terminal sends to both, the child would get its second one,
and uvicorn would leave without a shutdown.
"""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from multiprocessing.context import SpawnProcess
from pathlib import Path

import click
from watchfiles import Change, DefaultFilter, watch

from spanlit.server.config import FILE_NAME
from spanlit.server.errors import StartError

from . import log
from .exit_codes import FAILED
from .invocation import Run

STOP_S = 10
"""How long the old process gets to shut down before it is killed."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def supervise(run: Run, sock: socket.socket) -> None:
    """Run the app in a child process, again after each change, until a signal comes.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    stop = threading.Event()
    received: list[int] = []

    def note(signum: int, _frame: object) -> None:
        received.append(signum)
        stop.set()

    for number in SIGNALS:
        signal.signal(number, note)
    child = _spawn(run, sock, first=True)
    folder = run.app.resolve().parent
    try:
        for changes in watch(folder, watch_filter=SourceFilter(folder), stop_event=stop):
            names = sorted({str(Path(path).relative_to(folder)) for _, path in changes})
            click.echo(f"{', '.join(names)} changed: starting again.", err=True)
            _stop(child)
            child = _spawn(run, sock, first=False)
    finally:
        _stop(child)
    if signal.SIGINT in received:
        raise KeyboardInterrupt


class SourceFilter(DefaultFilter):
    """Lets Python files and spanlit.toml through, but not those of environments and caches.

    Args:
        folder: The folder of the app file.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __call__(self, change: Change, path: str) -> bool:
        """Whether a change of the file at `path` restarts the app."""
        file = Path(path)
        ours = file.suffix == ".py" or file == self._folder / FILE_NAME
        return ours and "site-packages" not in file.parts and super().__call__(change, path)


def _spawn(run: Run, sock: socket.socket, *, first: bool) -> SpawnProcess:
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=_run_child, args=(run, sock, first), name="spanlit app")
    child.start()
    return child


def _stop(child: SpawnProcess) -> None:
    child.terminate()
    child.join(STOP_S)
    if child.is_alive():
        child.kill()
        child.join()


def _run_child(run: Run, sock: socket.socket, first: bool) -> None:
    from .serve import serve

    threading.Thread(target=_die_with_parent, daemon=True).start()
    log.configure(debug=run.debug)
    try:
        serve(run, run.config(), sock, open_browser=first and not run.headless)
    except StartError as error:
        click.echo(f"spanlit: {error}\nWaiting for a change …", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        pass


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
