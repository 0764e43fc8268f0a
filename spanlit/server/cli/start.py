"""What `spanlit run` does first: read the configuration, take the port."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanlit.server.config import FILE_NAME, Config
from spanlit.server.loader import find

from . import address, log


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
        """Read the configuration of the app."""
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
    find(run.app)
    if watch:
        from .watch import supervise

        supervise(run, sock)
    else:
        from .serve import serve

        serve(run, config, sock, open_browser=not run.headless)
