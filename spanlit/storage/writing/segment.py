"""A segment of the spool: rows that become one batch, in a file, in memory, or in both."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, Self

from spanlit.storage.store import TABLES, Batch, Row

from .journal import DamagedLine, add_row, decode_line, encode_row
from .shedding import Shed

SUFFIX: Final = ".seg"
MAX_FILE_SIZE: Final = 256 * 2**20
"""No writer makes larger ones, so a larger one is something else."""

Fsync = Literal["never", "batch", "always"]
"""When appended rows are forced to the disk: never by us, when a segment closes and at most
every `SYNC_S`, or before `append` returns."""

SYNC_S: Final = 0.25


@dataclass(slots=True)
class Segment:
    """Rows that become one batch: in a file (`path`), in memory (`batch`), or in both."""

    batch_id: str
    path: Path | None = None
    batch: Batch | None = None
    rows: int = 0
    size: int = 0
    file: BinaryIO | None = None
    adopted: bool = False
    shed: Shed = Shed.NOTHING
    synced: bool = True

    @classmethod
    def found(cls, path: Path) -> Self:
        """Make the segment of a file that another writer left.

        Raises:
            OSError: It cannot be read, or is no file that a writer makes.
        """
        size = path.stat().st_size
        if size > MAX_FILE_SIZE:
            raise OSError(f"{path} has {size >> 20} MB, which no writer makes")
        data = path.read_bytes()
        return cls(
            batch_id=f"{path.parent.name}-{path.stem}",
            path=path,
            rows=data.count(b"\n"),
            size=len(data),
            adopted=True,
        )

    # --- its file, while it grows ---------------------------------------------------------
    def open_file(self, path: Path) -> None:
        """Make the file.

        Raises:
            OSError: The disk refuses.
        """
        self.file = path.open("w+b", buffering=0)
        self.path = path

    def append(self, data: bytes) -> None:
        """Add lines to the file; all of them or none.

        Raises:
            OSError: The disk refuses.
        """
        assert self.file is not None
        try:
            _write_all(self.file, data)
        except OSError:
            # A full disk takes part of a write. Cutting it off works on a full disk, too.
            self.file.truncate(self.size)
            self.file.seek(self.size)
            raise
        self.synced = False

    def sync(self) -> None:
        """Force the file, and the folder's entry of it, to the disk.

        Raises:
            OSError: The disk refuses.
        """
        if self.synced or self.file is None or self.path is None:
            return
        os.fsync(self.file.fileno())
        sync_folder(self.path.parent)
        self.synced = True

    def is_deleted(self) -> bool:
        """Whether somebody has deleted the file that is open."""
        return self.file is not None and os.fstat(self.file.fileno()).st_nlink == 0

    def rescue(self) -> None:
        """Take the rows of an open file that was deleted back into memory.

        Raises:
            OSError: It cannot be read any more.
        """
        assert self.file is not None
        self.file.seek(0)
        data = self.file.read()
        self.close_file()
        self.path = None
        self.batch, _ = decode_lines(self.batch_id, split(data))

    def close_file(self) -> None:
        """Let go of the file; it stays on the disk."""
        if self.file is not None:
            self.file.close()
            self.file = None

    # --- its rows -------------------------------------------------------------------------
    def keep(self, rows: Iterable[Row]) -> None:
        """Add rows to those in memory."""
        assert self.batch is not None
        for row in rows:
            add_row(self.batch, row)

    def lines(self) -> list[bytes]:
        """All lines, with newlines, from the file if there is one.

        Raises:
            OSError: The file cannot be read.
        """
        if self.path is not None:
            return split(self.path.read_bytes())
        assert self.batch is not None
        return [encode_row(row) for table in TABLES for row in getattr(self.batch, table)]

    def save(self, path: Path, lines: Sequence[bytes], *, fsync: bool) -> None:
        """Write the file anew, so that whoever dies meanwhile leaves the old one or the new one.

        Raises:
            OSError: The disk refuses; the old file is as it was.
        """
        new = path.with_suffix(".new")
        try:
            with new.open("wb", buffering=0) as file:
                _write_all(file, b"".join(lines))
                if fsync:
                    os.fsync(file.fileno())
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        self.path = path


def split(data: bytes) -> list[bytes]:
    """Split the content of a file into lines that keep their newlines; empty ones are left out."""
    return [line + b"\n" for line in data.split(b"\n") if line]


def decode_lines(batch_id: str, lines: Iterable[bytes]) -> tuple[Batch, list[str]]:
    """Read lines; return their batch and what is wrong with those that are damaged."""
    batch = Batch(batch_id)
    damage: list[str] = []
    for number, line in enumerate(lines, start=1):
        try:
            decode_line(line.rstrip(b"\n"), batch)
        except DamagedLine as error:
            damage.append(f"line {number}: {error}")
    return batch, damage


def sync_folder(folder: Path) -> None:
    """Force a folder's list of files to the disk.

    Raises:
        OSError: The disk refuses.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write_all(file: BinaryIO, data: bytes) -> None:
    # A file without a buffer may take less than it is given, and say so only by what it returns.
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
