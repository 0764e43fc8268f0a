"""The spool: rows on their way to the store, in segment files that outlive the process.

    spool_dir/
      0199…/                one folder per writer, its name part of every batch id
        lock                held while the writer lives; a free lock means an orphan
        00000001.seg        lines of `spanlit.storage.journal`
      damaged/              segments in which lines were found that nobody wrote

A segment is open and grows, is closed and waits, is taken to be sent, and is deleted once the
store has it. The rows of young segments stay in memory, too, so that the
usual case reads nothing back. Where the disk does not take a segment it lies in memory only,
within the same limit. Nothing here is thread-safe: one thread owns a spool.
"""

import logging
import os
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from uuid_utils import uuid7

from .file_lock import FileLock
from .journal import DamagedLine, Row, add_row, decode_line
from .store import Batch

logger = logging.getLogger(__name__)

SUFFIX = ".seg"
DAMAGED = "damaged"
LOCK = "lock"


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


class Spool:
    """The segments of one writer, and those that it adopted from dead ones.

    Args:
        root: Folder that the writers of an installation share.
        max_bytes: Size of all segments together; rows beyond it are dropped and counted.
        max_memory_bytes: Size of the rows that are kept in memory.
        fsync: Whether appended lines are on the disk when `append` returns. Without it they
            survive the death of the process, but not that of the machine.
    """

    def __init__(
        self,
        root: Path,
        *,
        max_bytes: int,
        max_memory_bytes: int = 64 * 2**20,
        fsync: bool = False,
    ) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._max_memory_bytes = max_memory_bytes
        self._fsync = fsync
        self._name = ""
        self._lock: FileLock | None = None
        self._adopted_locks: dict[Path, FileLock] = {}
        self._open: Segment | None = None
        self._waiting: deque[Segment] = deque()
        self._taken: list[Segment] = []
        self._next = 0
        self._memory_size = 0
        self.rows = 0
        """Rows that the store does not have yet."""
        self.size = 0
        """Bytes of these rows."""
        self.dropped_rows = 0
        """Rows that nobody will ever have."""
        self.error = ""
        """Why segments lie in memory; empty while the disk takes them."""

    # --- the state ------------------------------------------------------------------------
    @property
    def open_rows(self) -> int:
        """Rows in the segment that still grows."""
        return self._open.rows if self._open else 0

    @property
    def open_size(self) -> int:
        """Bytes of the segment that still grows."""
        return self._open.size if self._open else 0

    @property
    def has_adopted(self) -> bool:
        """Whether the store lacks segments of dead writers."""
        return any(segment.adopted for segment in self._closed())

    def undelivered(self) -> set[str]:
        """Batch ids of the closed segments that the store does not have yet."""
        return {segment.batch_id for segment in self._closed()}

    def _closed(self) -> Iterator[Segment]:
        yield from self._taken
        yield from self._waiting

    # --- its life -------------------------------------------------------------------------
    def open(self) -> None:
        """Make this writer's folder and adopt orphans. A disk that refuses is no error."""
        self._claim_folder()
        self.adopt()

    def _claim_folder(self) -> None:
        while self._lock is None:
            name = uuid7().hex
            lock = FileLock(self._root / name / LOCK)
            try:
                lock.path.parent.mkdir(parents=True, mode=0o700)
                # Another process may look for orphans between these two lines and win.
                if lock.acquire(blocking=False):
                    self._lock = lock
            except OSError as error:
                self._say_disk_refuses(error)
                return
            finally:
                self._name = name

    def close(self) -> None:
        """Leave what waits on disk to the next writer; count what lies in memory as lost."""
        self.rotate()
        for segment in self._closed():
            if segment.path is None:
                self.drop(segment.rows, "the process ended before the store came back")
        self._waiting.clear()
        self._taken.clear()
        self._release_adopted()
        if self._lock is not None:
            _remove_if_empty(self._lock.path.parent)
            self._lock.release()
            self._lock = None

    def forget(self) -> None:
        """Let go of files that belong to the parent process; called in a forked child."""
        if self._open and self._open.file:
            self._open.file.close()
        self._open = None
        self._waiting.clear()
        self._taken.clear()
        for lock in [*self._adopted_locks.values(), *([self._lock] if self._lock else [])]:
            lock.release()
        self._adopted_locks.clear()
        self._lock = None

    def adopt(self) -> int:
        """Take over the segments of writers that died, oldest first; return how many."""
        self._claim_folder()
        adopted: list[Segment] = []
        for folder in self._orphans():
            lock = FileLock(folder / LOCK)
            try:
                if not lock.acquire(blocking=False):
                    continue
                segments = [_found(path) for path in sorted(folder.glob("*" + SUFFIX))]
            except OSError as error:
                logger.warning("spool folder %s cannot be adopted: %s", folder, error)
                lock.release()
                continue
            self._adopted_locks[folder] = lock
            adopted += segments
        self._waiting.extendleft(reversed(adopted))
        self.rows += sum(segment.rows for segment in adopted)
        self.size += sum(segment.size for segment in adopted)
        self._release_adopted()
        if adopted:
            logger.info("%d segments of a process that died go to the store", len(adopted))
        return len(adopted)

    def _orphans(self) -> list[Path]:
        try:
            folders = sorted(path for path in self._root.iterdir() if (path / LOCK).exists())
        except OSError:
            return []
        return [f for f in folders if f.name != self._name and f not in self._adopted_locks]

    def _release_adopted(self) -> None:
        busy = {segment.path.parent for segment in self._closed() if segment.path}
        for folder in self._adopted_locks.keys() - busy:
            _remove_if_empty(folder)
            self._adopted_locks.pop(folder).release()

    # --- growing --------------------------------------------------------------------------
    def append(self, rows: Sequence[Row], lines: Sequence[bytes]) -> None:
        """Add rows to the open segment; what exceeds the limits is dropped and counted.

        Args:
            rows: What is added; not to be changed afterwards.
            lines: Their lines, from `encode_row`.
        """
        data = b"".join(lines)
        if self.size + len(data) > self._max_bytes:
            self.drop(len(rows), f"it holds its {self._max_bytes >> 20} MB")
            return
        segment = self._open or self._start_segment()
        if segment.file is not None and not self._write(segment, data):
            self.rotate()
            segment = self._start_segment(in_memory=True)
        if not self._keep_in_memory(segment, rows, len(data)) and segment.path is None:
            self.drop(len(rows), f"the disk refuses ({self.error}) and memory is full")
            return
        segment.rows += len(rows)
        segment.size += len(data)
        self.rows += len(rows)
        self.size += len(data)

    def _write(self, segment: Segment, data: bytes) -> bool:
        assert segment.file is not None
        try:
            segment.file.write(data)
            if self._fsync:
                os.fsync(segment.file.fileno())
        except OSError as error:
            self._say_disk_refuses(error)
            # A full disk takes part of a write. Cutting it off works on a full disk, too.
            with suppress(OSError):
                segment.file.truncate(segment.size)
            return False
        return True

    def _keep_in_memory(self, segment: Segment, rows: Sequence[Row], size: int) -> bool:
        if segment.batch is None:
            return False
        if self._memory_size + size > self._max_memory_bytes:
            if segment.path is not None:
                self._forget_rows(segment)
            return False
        for row in rows:
            add_row(segment.batch, row)
        self._memory_size += size
        return True

    def _forget_rows(self, segment: Segment) -> None:
        if segment.batch is not None:
            segment.batch = None
            self._memory_size -= segment.size

    def rotate(self) -> None:
        """Close the open segment, so that it can be sent."""
        segment, self._open = self._open, None
        if segment is None:
            return
        if segment.file is not None:
            segment.file.close()
            segment.file = None
        if segment.rows:
            self._waiting.append(segment)
        elif segment.path is not None:
            segment.path.unlink(missing_ok=True)

    def _start_segment(self, *, in_memory: bool = False) -> Segment:
        self._next += 1
        batch_id = f"{self._name}-{self._next:08d}"
        segment = Segment(batch_id, batch=Batch(batch_id))
        if self._lock is not None and not in_memory:
            path = self._lock.path.parent / f"{self._next:08d}{SUFFIX}"
            try:
                segment.file = path.open("wb", buffering=0)
                segment.path = path
                self.error = ""
            except OSError as error:
                self._say_disk_refuses(error)
        self._open = segment
        return segment

    def drop(self, rows: int, why: str) -> None:
        """Count rows that are lost."""
        if not self.dropped_rows:
            logger.error("the spool %s drops rows: %s", self._root, why)
        self.dropped_rows += rows

    def _say_disk_refuses(self, error: OSError) -> None:
        if not self.error:
            logger.error(
                "the spool %s cannot be written (%s); rows wait in memory and are lost if this "
                "process dies. Free space, or make the folder writable",
                self._root,
                error,
            )
        self.error = str(error)

    # --- shrinking ------------------------------------------------------------------------
    def take(self) -> Segment | None:
        """Return the closed segment that has waited longest; `discard` it when it is stored."""
        if not self._waiting:
            return None
        segment = self._waiting.popleft()
        self._taken.append(segment)
        return segment

    def give_back(self) -> None:
        """Let taken segments wait again, in their order."""
        self._waiting.extendleft(reversed(self._taken))
        self._taken.clear()

    def read(self, segment: Segment) -> Batch:
        """Return the rows of a closed segment. Damaged lines are left out and counted."""
        if segment.batch is not None:
            return segment.batch
        batch = Batch(id=segment.batch_id)
        damage: list[str] = []
        for number, line in enumerate(self._data(segment).split(b"\n"), start=1):
            if not line:
                continue
            try:
                decode_line(line, batch)
            except DamagedLine as error:
                damage.append(f"line {number}: {error}")
        if damage:
            self.dropped_rows += len(damage)
            self._set_aside(segment, damage)
        return batch

    def _data(self, segment: Segment) -> bytes:
        assert segment.path is not None  # or its rows would be in memory
        try:
            return segment.path.read_bytes()
        except OSError as error:
            self.drop(segment.rows, f"{segment.path} cannot be read: {error}")
            return b""

    def _set_aside(self, segment: Segment, damage: Sequence[str]) -> None:
        assert segment.path is not None
        kept = self._root / DAMAGED / f"{segment.batch_id}{SUFFIX}"
        with suppress(OSError):
            kept.parent.mkdir(exist_ok=True, mode=0o700)
            shutil.copyfile(segment.path, kept)
        logger.error(
            "%d damaged lines in a spool segment were skipped (%s); a copy of it is %s",
            len(damage),
            damage[0],
            kept,
        )

    def discard(self, segment: Segment) -> None:
        """Delete a segment that the store has."""
        self._taken.remove(segment)
        self._forget_rows(segment)
        self.rows -= segment.rows
        self.size -= segment.size
        if segment.path is not None:
            with suppress(OSError):
                segment.path.unlink()
        if segment.adopted:
            self._release_adopted()


def _found(path: Path) -> Segment:
    data = path.read_bytes()
    return Segment(
        batch_id=f"{path.parent.name}-{path.stem}",
        path=path,
        rows=data.count(b"\n"),
        size=len(data),
        adopted=True,
    )


def _remove_if_empty(folder: Path) -> None:
    # Still under its lock. A file that cannot be deleted stays and is adopted again later.
    if not any(folder.glob("*" + SUFFIX)):
        shutil.rmtree(folder, ignore_errors=True)
