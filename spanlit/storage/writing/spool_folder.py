"""The folders of a spool: which one is this writer's, and which ones dead writers left.

Below `spool_dir` are

- `0199…/`, a folder per writer, its name part of every batch id, and in it
  - `lock`, held while the writer lives: a free lock means an orphan,
  - `00000001.seg`, lines of `spanlit.storage.writing.journal`;
- `damaged/`, segments in which something was found that nobody wrote.
"""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from uuid_utils import uuid7

from spanlit.storage.file_lock import FileLock

from .segment import SUFFIX, sync_folder

logger = logging.getLogger(__name__)

LOCK: Final = "lock"
ATTEMPTS: Final = 10


class SpoolFolder:
    """The folder of one writer below `root`, and those that it adopted from dead writers.

    Args:
        root: Folder that the writers of an installation share; made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: FileLock | None = None
        self._adopted: dict[Path, FileLock] = {}
        self.name = uuid7().hex
        """Name of the folder, also if it cannot be made."""

    @property
    def path(self) -> Path | None:
        """The folder, or None while the disk refuses it."""
        return self._lock.path.parent if self._lock else None

    def claim(self, *, fsync: bool) -> bool:
        """Make the folder and lock it, unless it is there; return whether it was made.

        A folder that was deleted is made again under its name, because that is part of batch ids.

        Raises:
            OSError: The disk refuses.
        """
        if self._lock is not None:
            if self._lock.path.exists():
                return False
            self._lock.release()
            self._lock = None
        for _ in range(ATTEMPTS):
            folder = self._root / self.name
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            lock = FileLock(folder / LOCK)
            try:
                # Another process may look for orphans between these two steps and take the
                # folder, or find it empty and remove it.
                if lock.acquire(blocking=False):
                    self._lock = lock
                    if fsync:
                        sync_folder(self._root)
                    return True
            except FileNotFoundError:
                pass
        raise OSError(f"{self._root / self.name} is taken away again and again")

    def adopt(self) -> Iterator[Path]:
        """Lock the folders of writers that died, oldest first, and yield them."""
        for folder in self._orphans():
            lock = FileLock(folder / LOCK)
            try:
                if lock.acquire(blocking=False):
                    self._adopted[folder] = lock
                    yield folder
            except OSError as error:
                logger.warning("spool folder %s cannot be adopted: %s", folder, error)

    def _orphans(self) -> list[Path]:
        try:
            folders = sorted(path for path in self._root.iterdir() if (path / LOCK).exists())
        except OSError:
            return []
        return [f for f in folders if f.name != self.name and f not in self._adopted]

    def release(self, busy: set[Path]) -> None:
        """Let go of adopted folders, except for those in which segments still wait."""
        for folder in self._adopted.keys() - busy:
            _remove_if_empty(folder)
            self._adopted.pop(folder).release()

    def close(self) -> None:
        """Let go of all folders; those with segments stay, for the next writer to adopt."""
        self.release(set())
        if self._lock is not None:
            _remove_if_empty(self._lock.path.parent)
            self._lock.release()
            self._lock = None

    def forget(self) -> None:
        """Let go of the parent's locks in a forked child."""
        for lock in [*self._adopted.values(), *([self._lock] if self._lock else [])]:
            lock.release()
        self._adopted.clear()
        self._lock = None


def _remove_if_empty(folder: Path) -> None:
    # Still under its lock. A file that cannot be deleted stays and is adopted again later.
    if not any(folder.glob("*" + SUFFIX)):
        shutil.rmtree(folder, ignore_errors=True)
