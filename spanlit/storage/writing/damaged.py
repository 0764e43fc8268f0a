"""Segments in which something was found that nobody wrote, kept for whoever wants to look."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

MAX_FILES: Final = 20


class DamagedFiles:
    """A folder of damaged segments; the oldest ones go when it is full.

    Args:
        folder: Made when it is needed; all writers of an installation share it.
        max_bytes: Size of all files together. A larger one is not kept.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def copy(self, path: Path, name: str) -> Path | None:
        """Copy a file into the folder and return where it is; None if that cannot be done."""
        kept = self._folder / name
        try:
            size = path.stat().st_size
            if size > self._max_bytes:
                return None
            self._make_room(size)
            shutil.copyfile(path, kept)
        except OSError:
            return None
        return kept

    def take(self, path: Path, name: str) -> Path | None:
        """Move something that cannot even be read into the folder, or return None."""
        kept = self._folder / name
        try:
            self._make_room(path.lstat().st_size)
            path.rename(kept)
        except OSError:
            return None
        return kept

    def _make_room(self, size: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        present = sorted((path.lstat().st_mtime_ns, path) for path in self._folder.iterdir())
        sizes = [path.lstat().st_size for _, path in present]
        while present and (len(present) >= MAX_FILES or sum(sizes) + size > self._max_bytes):
            _remove(present.pop(0)[1])
            sizes.pop(0)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
