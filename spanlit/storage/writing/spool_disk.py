"""The disk under a spool: takes segments, or refuses them for a while."""

import logging
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from spanlit.storage.store import Batch

from .backlog import Backlog
from .segment import SUFFIX, Fsync, Segment, decode_lines
from .spool_folder import SpoolFolder

logger = logging.getLogger(__name__)

SAY_AGAIN_S: Final = 60.0

RETRY_DISK_S: Final = 1.0
"""How often a disk that refused is tried again, if there are rows to write."""


class SpoolDisk:
    """Makes, grows, closes and deletes the files of a backlog's segments.

    Where the disk refuses a segment it lies in memory only, until `retry` finds that the disk
    takes it. No method raises.

    Args:
        root: Folder that the writers of an installation share.
        backlog: The segments.
        fsync: When appended rows are forced to the disk.
    """

    def __init__(self, root: Path, backlog: Backlog, fsync: Fsync) -> None:
        self._root = root
        self._backlog = backlog
        self._fsync = fsync
        self._folder = SpoolFolder(root)
        self._next = 0
        self._unsaved = False
        self._say_again_at = 0.0
        self._retry_at = 0.0
        self.error = ""
        """Why segments lie in memory; empty while the disk takes them."""

    # --- folders --------------------------------------------------------------------------
    def orphans(self) -> Iterator[Path]:
        """Take over the folders of dead writers, and yield them; make this writer's own."""
        self._claim_folder()
        yield from self._folder.adopt()

    def _claim_folder(self) -> bool:
        """Make the folder, or make it again; return whether it is there."""
        try:
            if self._folder.claim(fsync=self._fsync != "never"):
                self._note_deleted_files()
        except OSError as error:
            self._refused(error)
            return False
        return True

    def _note_deleted_files(self) -> None:
        for segment in self._backlog.closed():
            if segment.path and segment.batch is not None and not segment.path.exists():
                segment.path = None
                self._unsaved = True

    def release_adopted(self) -> None:
        """Let go of adopted folders without segments."""
        closed = self._backlog.closed()
        self._folder.release({segment.path.parent for segment in closed if segment.path})

    def close(self) -> None:
        """Let go of all folders. What lies in them stays."""
        self._folder.close()

    def forget(self) -> None:
        """Let go of files that belong to the parent process; called in a forked child."""
        if self._backlog.open:
            self._backlog.open.close_file()
        self._backlog.clear()
        self._folder.forget()

    # --- the segment that grows -----------------------------------------------------------
    def growing(self) -> Segment:
        """Return the segment for new rows."""
        if self._unsaved and time.monotonic() >= self._retry_at:
            self.retry()
        segment = self._backlog.open or self.start_segment()
        if segment.is_deleted():
            with suppress(OSError):
                self._backlog.rescue(segment)
            self.rotate()
            segment = self.start_segment()
        return segment

    def start_segment(self, *, in_memory: bool = False) -> Segment:
        """Open another segment, in memory if that is wanted or if the disk refuses."""
        self._next += 1
        batch_id = f"{self._folder.name}-{self._next:08d}"
        segment = Segment(batch_id, batch=Batch(batch_id))
        if not in_memory and self._claim_folder() and self._folder.path:
            try:
                segment.open_file(self._folder.path / f"{self._next:08d}{SUFFIX}")
            except OSError as error:
                self._refused(error)
        if segment.path is None and not self._unsaved:
            self._unsaved = True
            self._retry_at = time.monotonic() + RETRY_DISK_S
        self._backlog.open = segment
        return segment

    def write(self, segment: Segment, data: bytes) -> bool:
        """Add lines to a segment's file; return whether the disk took them."""
        try:
            segment.append(data)
            if self._fsync == "always":
                segment.sync()
        except OSError as error:
            self._refused(error)
            return False
        self.error = ""
        return True

    @property
    def needs_sync(self) -> bool:
        """Whether `sync` is due within `SYNC_S`."""
        segment = self._backlog.open
        return self._fsync == "batch" and segment is not None and not segment.synced

    def sync(self) -> None:
        """Force the open segment to the disk."""
        if self._backlog.open is not None:
            self._sync(self._backlog.open)

    def _sync(self, segment: Segment) -> None:
        try:
            segment.sync()
        except OSError as error:
            self._refused(error)

    def rotate(self) -> None:
        """Close the open segment, so that it can be sent."""
        segment, self._backlog.open = self._backlog.open, None
        if segment is None:
            return
        if self._fsync != "never":
            self._sync(segment)
        segment.close_file()
        if segment.rows:
            self._backlog.waiting.append(segment)
        elif segment.path is not None:
            _remove(segment.path)
        if self._unsaved and not self.error:
            self._save_what_lies_in_memory()

    # --- segments that wait ---------------------------------------------------------------
    def retry(self) -> None:
        """Write what lies in memory only, if the disk takes it by now."""
        self._retry_at = time.monotonic() + RETRY_DISK_S
        if self._unsaved:
            self.rotate()
            if self._claim_folder():
                self._save_what_lies_in_memory()

    def _save_what_lies_in_memory(self) -> None:
        folder = self._folder.path
        # Also what is being sent: the store may stay away for longer than this process lives.
        for segment in self._backlog.closed():
            # Another writer's folder is a part of the ids of its segments.
            if segment.path is None and not segment.adopted and folder is not None:
                path = folder / f"{segment.batch_id.rpartition('-')[2]}{SUFFIX}"
                try:
                    if shutil.disk_usage(folder).free < segment.size:
                        return
                    segment.save(path, segment.lines(), fsync=self._fsync != "never")
                except OSError as error:
                    self._refused(error)
                    return
        self._unsaved = False
        self.error = ""

    def replace(self, segment: Segment, lines: Sequence[bytes]) -> None:
        """Write a waiting segment anew."""
        self._backlog.forget_rows(segment)
        if segment.path is not None:
            try:
                segment.save(segment.path, lines, fsync=self._fsync != "never")
            except OSError as error:
                self._refused(error)
                _remove(segment.path)
                segment.path = None
                self._unsaved = True
        if segment.path is None:
            segment.batch, _ = decode_lines(segment.batch_id, lines)
        self._backlog.shrink(segment, lines)

    def delete(self, segment: Segment) -> None:
        """Delete a segment that is in no list any more."""
        self._backlog.subtract(segment)
        if segment.path is not None:
            _remove(segment.path)
        if segment.adopted:
            self.release_adopted()

    def _refused(self, error: OSError) -> None:
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


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
