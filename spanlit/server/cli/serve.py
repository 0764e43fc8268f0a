"""Serve an app file in this process until a signal comes."""

import os
import signal
import socket
import sys
import threading

import click

from spanlit.server.app import App
from spanlit.server.config import Config
from spanlit.server.http_server import HttpServer
from spanlit.server.loader import load

from . import address, browser, data_folder
from .exit_codes import INTERRUPTED
from .invocation import Run

PATIENCE_S = 0.5
"""After this long without a sign of life people wonder."""
THREADS_S = 3
"""How long threads of the app get to return after everything else has shut down."""


def serve(run: Run, config: Config, sock: socket.socket, *, open_browser: bool) -> None:
    """Load the app file and serve it on `sock` in this process, until a signal comes."""
    signal.signal(signal.SIGTERM, _exit_cleanly)

    app = App(config)
    load(run.app, app)
    data_folder.prepare(config.storage.data_dir)
    url = address.url(sock, config.server)
    progress = threading.Timer(PATIENCE_S, click.echo, ("Starting the app and its database …",))
    progress.daemon = True

    def announce() -> None:
        progress.cancel()
        if hint := app.status.hint:
            click.echo(hint, err=True)
        click.echo(f"Your app is available at {url}")
        if open_browser:
            browser.open_page(url)

    def leave() -> None:
        _leave_threads_behind(INTERRUPTED if server.interrupted else 0)

    server = HttpServer(app, on_started=announce, on_stopped=leave, access_log=run.debug)
    progress.start()
    try:
        server.run([sock])
    finally:
        progress.cancel()


def _exit_cleanly(signum: int, frame: object) -> None:
    sys.exit(0)


def _leave_threads_behind(code: int) -> None:
    """End the process even if a thread of the app never returns.

    Python joins every thread of an executor before it exits, so a blocking call in a hook
    would keep a server alive that has already shut down.
    """
    timer = threading.Timer(THREADS_S, os._exit, args=(code,))
    timer.daemon = True
    timer.start()
