"""One call of `spanlit run`, with what it was asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanlit.server.config import FILE_NAME, Config


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
