"""Serve an app file until a signal comes."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from spanlit.server.config import FILE_NAME, Config

from . import address, browser, data_folder, log

THREADS_S = 3
"""How long threads of the app get to return after everything else has shut down."""


@dataclass(frozen=True)
class Run:
    """What `spanlit run` was asked to do. Travels to the child process of `--watch`."""

    app: Path
    root: Path
    """Folder of spanlit.toml; the data folder is relative to it."""
    flags: Mapping[str, Any]
    """Keys of [server] that were given as flags."""
    headless: bool = False
    debug: bool = False

    def config(self) -> Config:
        sections = {"server": self.flags} if self.flags else {}
        return Config.load(self.root / FILE_NAME, **sections)


def start(run: Run, *, watch: bool = False) -> None:
    """Take the port, then serve; return after SIGTERM.

    Raises:
        StartError: The app cannot be served; nothing was touched if the port is taken.
        KeyboardInterrupt: Ctrl-C, after everything was shut down.
    """
    log.configure(debug=run.debug)
    config = run.config()
    sock = address.bind(config.server)
    if watch:
        from .watch import supervise

        supervise(run, sock)
    else:
        serve(run, config, sock, open_browser=not run.headless)


def serve(run: Run, config: Config, sock: socket.socket, *, open_browser: bool) -> None:
    """Load the app file and serve it on `sock` in this process, until a signal comes."""
    signal.signal(signal.SIGTERM, _exit_cleanly)

    from spanlit.server.app import App
    from spanlit.server.http_server import HttpServer
    from spanlit.server.loader import load

    app = App(config)
    load(run.app, app)
    data_folder.prepare(config.storage.data_dir)
    url = address.url(sock, config.server)

    def announce() -> None:
        click.echo(f"Your app is available at {url}")
        if open_browser:
            browser.open_page(url)

    HttpServer(
        app.asgi, on_started=announce, on_stopped=_leave_threads_behind, access_log=run.debug
    ).run([sock])


def _exit_cleanly(signum: int, frame: object) -> None:
    sys.exit(0)


def _leave_threads_behind() -> None:
    """End the process even if a thread of the app never returns.

    Python joins every thread of an executor before it exits, so a blocking call in a hook
    would keep a server alive that has already shut down.
    """
    timer = threading.Timer(THREADS_S, os._exit, args=(0,))
    timer.daemon = True
    timer.start()
