"""The spool: rows on their way to the store, in segment files that outlive the process.

    rows ──► SpoolRoom ──► SpoolDisk ──► files
                  └──► Backlog ◄──┘

A segment is open and grows, is closed and waits, is taken to be sent, and is deleted once the
store has it. The rows of young segments stay in memory, too, so that the usual case reads
nothing back. Where the disk does not take a segment it lies in memory only, and goes to the
disk once that takes it. A full spool sheds. Nothing here is thread-safe: one thread owns a spool.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from spanlit.storage.store import TABLES, Batch

from .backlog import Backlog
from .journal import Row
from .segment import Fsync, Segment, decode_lines
from .segment_reader import DAMAGED, SegmentReader
from .spool_disk import SpoolDisk
from .spool_losses import SpoolLosses
from .spool_room import SpoolRoom

__all__ = ["DAMAGED", "Spool"]

logger = logging.getLogger(__name__)

MAX_SEGMENT_SIZE: Final = 16 * 2**20
SEGMENTS: Final = 16
"""How many segments of full size a spool has room for, at least."""

DAMAGED_PART: Final = 8
"""Damaged segments that are kept may take this part of the spool's size besides."""


class Spool:
    """The segments of one writer, and those that it adopted from dead ones.

    Args:
        root: Folder that the writers of an installation share.
        max_bytes: Size of all segments together. What was adopted may be larger, until rows
            are added.
        max_memory_bytes: Size of the rows that are kept in memory.
        fsync: When appended rows are forced to the disk. Without that they survive the death
            of the process, but not that of the machine.
    """

    def __init__(
        self,
        root: Path,
        *,
        max_bytes: int,
        max_memory_bytes: int = 64 * 2**20,
        fsync: Fsync = "never",
    ) -> None:
        self._losses = SpoolLosses(root, max_bytes)
        self._backlog = Backlog(max_memory_bytes)
        self._disk = SpoolDisk(root, self._backlog, fsync)
        self._room = SpoolRoom(self._backlog, self._disk, self._losses, max_bytes)
        self._reader = SegmentReader(root, max_bytes // DAMAGED_PART, self._losses)
        self.segment_size = min(MAX_SEGMENT_SIZE, max_bytes // SEGMENTS)
        """Bytes from which the open segment should be closed."""

    # --- the state ------------------------------------------------------------------------
    @property
    def rows(self) -> int:
        """Rows that the store does not have yet."""
        return self._backlog.rows

    @property
    def size(self) -> int:
        """Bytes of these rows."""
        return self._backlog.size

    @property
    def unsaved_rows(self) -> int:
        """Those of them that are in no file."""
        return self._backlog.unsaved_rows

    @property
    def shed_bodies(self) -> int:
        """Spans that lost their bodies because the spool was full."""
        return self._losses.bodies

    @property
    def dropped_rows(self) -> int:
        """Rows that nobody will ever have."""
        return self._losses.rows

    @property
    def error(self) -> str:
        """Why segments lie in memory; empty while the disk takes them."""
        return self._disk.error

    @property
    def open_rows(self) -> int:
        """Rows in the segment that still grows."""
        return self._backlog.open.rows if self._backlog.open else 0

    @property
    def open_size(self) -> int:
        """Bytes of the segment that still grows."""
        return self._backlog.open.size if self._backlog.open else 0

    @property
    def has_adopted(self) -> bool:
        """Whether the store lacks segments of dead writers."""
        return any(segment.adopted for segment in self._backlog.closed())

    @property
    def needs_sync(self) -> bool:
        """Whether `sync` is due within `SYNC_S`."""
        return self._disk.needs_sync

    def undelivered(self) -> set[str]:
        """Batch ids of the closed segments that the store does not have yet."""
        return {segment.batch_id for segment in self._backlog.closed()}

    # --- its life -------------------------------------------------------------------------
    def open(self) -> None:
        """Make this writer's folder and adopt orphans. A disk that refuses is no error."""
        self.adopt()

    def close(self) -> None:
        """Leave what waits on disk to the next writer; count what lies in memory as lost."""
        self.rotate()
        self.retry_disk()
        for segment in self._backlog.closed():
            if segment.path is None:
                self.drop(segment.rows, "the process ended before the store came back")
        self._backlog.clear()
        self._disk.close()

    def forget(self) -> None:
        """Let go of files that belong to the parent process; called in a forked child."""
        self._disk.forget()

    def adopt(self) -> int:
        """Take over the segments of writers that died, oldest first; return how many."""
        adopted = [
            segment for folder in self._disk.orphans() for segment in self._reader.segments(folder)
        ]
        self._backlog.adopt(adopted)
        self._disk.release_adopted()
        if adopted:
            logger.info("%d segments of a process that died go to the store", len(adopted))
        return len(adopted)

    def drop(self, rows: int, why: str) -> None:
        """Count rows that are lost."""
        self._losses.count_rows(rows, why)

    # --- growing --------------------------------------------------------------------------
    def append(self, rows: Sequence[Row], lines: Sequence[bytes]) -> None:
        """Add rows to the open segment. What exceeds the limits is shed, dropped, and counted.

        Args:
            rows: What is added; not to be changed afterwards.
            lines: Their lines, from `encode_row`.
        """
        data = b"".join(lines)
        if not self._room.make(len(data)):
            lines = self._room.thin(lines)
            data = b"".join(lines)
            if not self._room.make(len(data)):
                self._losses.count_overflow(len(rows))
                return
            batch, _ = decode_lines("", lines)
            rows = [row for table in TABLES for row in getattr(batch, table)]
        if segment := self._written(data, len(rows)):
            self._backlog.grow(segment, rows, len(data))

    def _written(self, data: bytes, rows: int) -> Segment | None:
        """Return the segment that has `data`, or is to have it in memory; None if it is lost."""
        segment = self._disk.growing()
        if segment.path is not None:
            if self._disk.write(segment, data):
                return segment
            self.rotate()
            segment = self._disk.start_segment(in_memory=True)
        if not self._room.make_in_memory(len(data)):
            self.drop(rows, f"the disk refuses ({self.error}) and memory is full")
            return None
        return self._backlog.open or self._disk.start_segment(in_memory=True)

    def rotate(self) -> None:
        """Close the open segment, so that it can be sent."""
        self._disk.rotate()

    def sync(self) -> None:
        """Force the open segment to the disk."""
        self._disk.sync()

    def retry_disk(self) -> None:
        """Write what lies in memory only, if the disk takes it by now."""
        self._disk.retry()

    # --- shrinking ------------------------------------------------------------------------
    def take(self) -> Segment | None:
        """Return the closed segment that has waited longest; `discard` it when it is stored."""
        return self._backlog.take()

    def give_back(self) -> None:
        """Let taken segments wait again, in their order."""
        self._backlog.give_back()

    def read(self, segment: Segment) -> Batch:
        """Return the rows of a closed segment. Damaged lines are left out and counted."""
        return self._reader.batch(segment)

    def discard(self, segment: Segment) -> None:
        """Delete a segment that the store has."""
        self._backlog.taken.remove(segment)
        self._disk.delete(segment)
