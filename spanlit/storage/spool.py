"""The spool: rows on their way to the store, in segment files that outlive the process.

A segment is open and grows, is closed and waits, is taken to be sent, and is deleted once the
store has it. The rows of young segments stay in memory, too, so that the usual case reads
nothing back. Where the disk does not take a segment it lies in memory only, and goes to the
disk once that takes it. Nothing here is thread-safe: one thread owns a spool.

A full spool sheds: see `spanlit.storage.shedding` for what, `_make_room` for when. A segment
keeps its batch id when it is shed. If the store has it already and only the answer was lost,
the thinner batch is ignored; if not, it is what can still be had.
"""

import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from .damaged import DamagedFiles
from .journal import Row
from .segment import SUFFIX, Fsync, Segment, decode_lines
from .shedding import Shed, shed
from .spool_folder import SpoolFolder
from .store import TABLES, Batch

logger = logging.getLogger(__name__)

DAMAGED: Final = "damaged"
MAX_SEGMENT_SIZE: Final = 16 * 2**20
SEGMENTS: Final = 16
"""How many segments of full size a spool has room for, at least."""

SAY_AGAIN_S: Final = 60.0

RETRY_DISK_S: Final = 1.0
"""How often a disk that refused is tried again, if there are rows to write."""

SPARE: Final = 32
"""A spool that sheds makes room for this part of it, so that it sheds rarely."""


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
        self._root = root
        self._max_bytes = max_bytes
        self._max_memory_bytes = max_memory_bytes
        self._fsync = fsync
        self._folder = SpoolFolder(root)
        self._damaged = DamagedFiles(root / DAMAGED, max_bytes // 8)
        self._unusable: set[Path] = set()
        self._open: Segment | None = None
        self._waiting: deque[Segment] = deque()
        self._taken: list[Segment] = []
        self._next = 0
        self._memory_size = 0
        self._unsaved = False
        self._say_again_at = 0.0
        self._retry_disk_at = 0.0
        self.segment_size = min(MAX_SEGMENT_SIZE, max_bytes // SEGMENTS)
        """Bytes from which the open segment should be closed."""
        self.rows = 0
        """Rows that the store does not have yet."""
        self.size = 0
        """Bytes of these rows."""
        self.shed_bodies = 0
        """Spans that lost their bodies because the spool was full."""
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

    @property
    def needs_sync(self) -> bool:
        """Whether `sync` is due within `SYNC_S`."""
        return self._fsync == "batch" and self._open is not None and not self._open.synced

    def undelivered(self) -> set[str]:
        """Batch ids of the closed segments that the store does not have yet."""
        return {segment.batch_id for segment in self._closed()}

    def _closed(self) -> Iterator[Segment]:
        yield from self._taken
        yield from self._waiting

    # --- its life -------------------------------------------------------------------------
    def open(self) -> None:
        """Make this writer's folder and adopt orphans. A disk that refuses is no error."""
        self.adopt()

    def _claim_folder(self) -> bool:
        """Make the folder, or make it again; return whether it is there."""
        try:
            if self._folder.claim(fsync=self._fsync != "never"):
                self._forget_deleted_files()
        except OSError as error:
            self._say_disk_refuses(error)
            return False
        return True

    def _forget_deleted_files(self) -> None:
        for segment in self._waiting:
            if segment.path and segment.batch is not None and not segment.path.exists():
                segment.path = None
                self._unsaved = True

    def close(self) -> None:
        """Leave what waits on disk to the next writer; count what lies in memory as lost."""
        self.rotate()
        for segment in self._closed():
            if segment.path is None:
                self.drop(segment.rows, "the process ended before the store came back")
        self._waiting.clear()
        self._taken.clear()
        self._folder.close()

    def forget(self) -> None:
        """Let go of files that belong to the parent process; called in a forked child."""
        if self._open:
            self._open.close_file()
        self._open = None
        self._waiting.clear()
        self._taken.clear()
        self._folder.forget()

    def adopt(self) -> int:
        """Take over the segments of writers that died, oldest first; return how many."""
        self._claim_folder()
        adopted = [segment for folder in self._folder.adopt() for segment in self._found(folder)]
        self._waiting.extendleft(reversed(adopted))
        self.rows += sum(segment.rows for segment in adopted)
        self.size += sum(segment.size for segment in adopted)
        self._release_adopted()
        if adopted:
            logger.info("%d segments of a process that died go to the store", len(adopted))
        return len(adopted)

    def _found(self, folder: Path) -> Iterator[Segment]:
        for path in sorted(folder.glob("*" + SUFFIX)):
            if path in self._unusable:
                continue
            try:
                segment = Segment.found(path)
            except OSError as error:
                self._set_aside(path, error)
                continue
            if segment.size:
                yield segment
            else:
                _remove(path)

    def _set_aside(self, path: Path, error: OSError) -> None:
        if path.is_file():
            self.dropped_rows += 1  # at least
        kept = self._damaged.take(path, f"{path.parent.name}-{path.name}")
        if kept is None and len(self._unusable) < 1_000:
            self._unusable.add(path)
        logger.error(
            "%s is no segment of the spool that can be read (%s); it is left out and lies in %s",
            path.name,
            error,
            kept or path.parent,
        )

    def _release_adopted(self) -> None:
        self._folder.release({segment.path.parent for segment in self._closed() if segment.path})

    # --- growing --------------------------------------------------------------------------
    def append(self, rows: Sequence[Row], lines: Sequence[bytes]) -> None:
        """Add rows to the open segment. What exceeds the limits is shed, dropped, and counted.

        Args:
            rows: What is added; not to be changed afterwards.
            lines: Their lines, from `encode_row`.
        """
        data = b"".join(lines)
        if not self._make_room(len(data)):
            lines = self._thin(lines)
            data = b"".join(lines)
            if not self._make_room(len(data)):
                self.drop(len(rows), f"it holds its {self._max_bytes >> 20} MB")
                return
            batch, _ = decode_lines("", lines)
            rows = [row for table in TABLES for row in getattr(batch, table)]
        segment = self._growing()
        if segment.path is not None and not self._write(segment, data):
            self.rotate()
            segment = self._start_segment(in_memory=True)
        if segment.path is None:
            if not self._make_memory_room(len(data)):
                self.drop(len(rows), f"the disk refuses ({self.error}) and memory is full")
                return
            segment = self._open or self._start_segment(in_memory=True)
        self._keep_in_memory(segment, rows, len(data))
        segment.rows += len(rows)
        segment.size += len(data)
        self.rows += len(rows)
        self.size += len(data)

    def _thin(self, lines: Sequence[bytes]) -> list[bytes]:
        rest = shed(lines, Shed.BODIES)
        self._count_bodies(rest.bodies)
        return rest.lines

    def _growing(self) -> Segment:
        if self._unsaved and time.monotonic() >= self._retry_disk_at:
            self.retry_disk()
        segment = self._open or self._start_segment()
        if segment.is_deleted():
            with suppress(OSError):
                self._forget_rows(segment)
                segment.rescue()
                self._memory_size += segment.size
            self.rotate()
            segment = self._start_segment()
        return segment

    def _start_segment(self, *, in_memory: bool = False) -> Segment:
        self._next += 1
        batch_id = f"{self._folder.name}-{self._next:08d}"
        segment = Segment(batch_id, batch=Batch(batch_id))
        if not in_memory and self._claim_folder() and self._folder.path:
            try:
                segment.open_file(self._folder.path / f"{self._next:08d}{SUFFIX}")
            except OSError as error:
                self._say_disk_refuses(error)
        if segment.path is None and not self._unsaved:
            self._unsaved = True
            self._retry_disk_at = time.monotonic() + RETRY_DISK_S
        self._open = segment
        return segment

    def _write(self, segment: Segment, data: bytes) -> bool:
        try:
            segment.append(data)
            if self._fsync == "always":
                segment.sync()
        except OSError as error:
            self._say_disk_refuses(error)
            return False
        self.error = ""
        return True

    def _keep_in_memory(self, segment: Segment, rows: Iterable[Row], size: int) -> None:
        """Keep rows in memory, too, or only; a segment on the disk is kept whole or not at all."""
        is_full = self._memory_size + size > self._max_memory_bytes
        if segment.path is not None and (segment.batch is None or is_full):
            self._forget_rows(segment)
            return
        segment.keep(rows)
        self._memory_size += size

    def _forget_rows(self, segment: Segment) -> None:
        if segment.batch is not None:
            segment.batch = None
            self._memory_size -= segment.size

    def rotate(self) -> None:
        """Close the open segment, so that it can be sent."""
        segment, self._open = self._open, None
        if segment is None:
            return
        if self._fsync != "never":
            self._sync(segment)
        segment.close_file()
        if segment.rows:
            self._waiting.append(segment)
        elif segment.path is not None:
            _remove(segment.path)
        if self._unsaved and not self.error:
            self._save_what_lies_in_memory()

    def sync(self) -> None:
        """Force the open segment to the disk."""
        if self._open is not None:
            self._sync(self._open)

    def _sync(self, segment: Segment) -> None:
        try:
            segment.sync()
        except OSError as error:
            self._say_disk_refuses(error)

    def retry_disk(self) -> None:
        """Write what lies in memory only, if the disk takes it by now."""
        self._retry_disk_at = time.monotonic() + RETRY_DISK_S
        if self._unsaved:
            self.rotate()
            if self._claim_folder():
                self._save_what_lies_in_memory()

    def _save_what_lies_in_memory(self) -> None:
        """Write segments that the disk refused before."""
        folder = self._folder.path
        for segment in self._waiting:
            # Another writer's folder is a part of the ids of its segments.
            if segment.path is None and not segment.adopted and folder is not None:
                path = folder / f"{segment.batch_id.rpartition('-')[2]}{SUFFIX}"
                try:
                    if shutil.disk_usage(folder).free < segment.size:
                        return
                    segment.save(path, segment.lines(), fsync=self._fsync != "never")
                except OSError as error:
                    self._say_disk_refuses(error)
                    return
        self._unsaved = False
        self.error = ""

    def drop(self, rows: int, why: str) -> None:
        """Count rows that are lost."""
        if rows and not self.dropped_rows:
            logger.error("the spool %s drops rows: %s", self._root, why)
        self.dropped_rows += rows

    def _say_disk_refuses(self, error: OSError) -> None:
        now = time.monotonic()
        if now >= self._say_again_at:
            self._say_again_at = now + SAY_AGAIN_S
            logger.error(
                "the spool %s cannot be written (%s); rows wait in memory and are lost if this "
                "process dies. Free space, or make the folder writable",
                self._root,
                error,
            )
        self.error = str(error)

    # --- shedding -------------------------------------------------------------------------
    def _make_room(self, size: int) -> bool:
        """Shed until `size` more bytes fit, and some more, so that this is rare.

        Each segment is rewritten twice at most, so the cost of a row does not depend on how
        many wait. What is being sent stays as it is.
        """
        if self.size + size <= self._max_bytes:
            return True
        # Huge segments of another writer that are being sent must not push out all others.
        taken = sum(segment.size for segment in self._taken)
        limit = self._max_bytes - min(taken, self._max_bytes // 2) - size
        if limit < 0:
            return False
        self.rotate()
        spare = max(0, limit - self._max_bytes // SPARE)
        self._shed_until(lambda: self.size - taken <= spare, lambda segment: True)
        return self.size - taken <= limit

    def _make_memory_room(self, size: int) -> bool:
        """The same for rows that lie in memory only. Copies of rows on the disk go first."""
        if self._memory_size + size <= self._max_memory_bytes:
            return True
        if size > self._max_memory_bytes:
            return False
        self.rotate()
        spare = max(0, self._max_memory_bytes - size - self._max_memory_bytes // SPARE)
        for segment in reversed(self._waiting):
            if self._memory_size > spare and segment.path is not None:
                self._forget_rows(segment)
        self._shed_until(lambda: self._memory_size <= spare, lambda s: s.path is None)
        return self._memory_size + size <= self._max_memory_bytes

    def _shed_until(self, enough: Callable[[], bool], concerns: Callable[[Segment], bool]) -> None:
        for level in (Shed.BODIES, Shed.SPANS, Shed.ALL):
            for segment in [*self._waiting]:
                if enough():
                    return
                if segment.shed < level and concerns(segment):
                    self._shed(segment, level)

    def _shed(self, segment: Segment, level: Shed) -> None:
        try:
            rest = shed(segment.lines(), level)
        except OSError as error:
            self.drop(segment.rows, f"{segment.path} cannot be read: {error}")
            self._remove(segment)
            return
        segment.shed = level
        self._count_bodies(rest.bodies)
        self.drop(rest.rows, f"it holds its {self._max_bytes >> 20} MB")
        if not rest.lines:
            self._remove(segment)
        elif rest.bodies or rest.rows:
            self._replace(segment, rest.lines)

    def _count_bodies(self, bodies: int) -> None:
        if bodies and not self.shed_bodies:
            logger.error(
                "the spool %s holds its %d MB: the oldest spans in it lose their inputs and outputs",
                self._root,
                self._max_bytes >> 20,
            )
        self.shed_bodies += bodies

    def _replace(self, segment: Segment, lines: Sequence[bytes]) -> None:
        size = sum(map(len, lines))
        self._forget_rows(segment)
        if segment.path is not None:
            try:
                segment.save(segment.path, lines, fsync=self._fsync != "never")
            except OSError as error:
                self._say_disk_refuses(error)
                _remove(segment.path)
                segment.path = None
                self._unsaved = True
        if segment.path is None:
            segment.batch, _ = decode_lines(segment.batch_id, lines)
            self._memory_size += size
        self.rows += len(lines) - segment.rows
        self.size += size - segment.size
        segment.rows, segment.size = len(lines), size

    def _remove(self, segment: Segment) -> None:
        """Remove a waiting segment of which nothing is left."""
        self._waiting.remove(segment)
        self._forget(segment)

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
        try:
            lines = segment.lines()
        except OSError as error:
            self.drop(segment.rows, f"{segment.path} cannot be read: {error}")
            return Batch(segment.batch_id)
        batch, damage = decode_lines(segment.batch_id, lines)
        if damage:
            self._report(segment, damage)
        return batch

    def _report(self, segment: Segment, damage: Sequence[str]) -> None:
        assert segment.path is not None  # or its rows would be in memory
        self.dropped_rows += len(damage)
        kept = self._damaged.copy(segment.path, f"{segment.batch_id}{SUFFIX}")
        logger.error(
            "%d damaged lines in a spool segment were skipped (%s); %s",
            len(damage),
            damage[0],
            f"a copy of it is {kept}" if kept else "no copy of it could be kept",
        )

    def discard(self, segment: Segment) -> None:
        """Delete a segment that the store has."""
        self._taken.remove(segment)
        self._forget(segment)

    def _forget(self, segment: Segment) -> None:
        self._forget_rows(segment)
        self.rows -= segment.rows
        self.size -= segment.size
        if segment.path is not None:
            _remove(segment.path)
        if segment.adopted:
            self._release_adopted()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
