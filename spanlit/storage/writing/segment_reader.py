"""Reading segments from the disk, where anything may have happened to them."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from spanlit.storage.store import Batch

from .damaged import DamagedFiles
from .segment import SUFFIX, Segment, decode_lines
from .spool_losses import SpoolLosses

logger = logging.getLogger(__name__)

DAMAGED: Final = "damaged"
MAX_UNUSABLE: Final = 1_000


class SegmentReader:
    """Reads what can be read, sets the rest aside, and counts it.

    Args:
        root: Folder of the spool.
        max_damaged_bytes: Size of all that is set aside.
        losses: Where losses are counted.
    """

    def __init__(self, root: Path, max_damaged_bytes: int, losses: SpoolLosses) -> None:
        self._damaged = DamagedFiles(root / DAMAGED, max_damaged_bytes)
        self._losses = losses
        self._unusable: set[Path] = set()

    def segments(self, folder: Path) -> Iterator[Segment]:
        """Find the segments that a dead writer left, oldest first."""
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
                with suppress(OSError):
                    path.unlink()

    def _set_aside(self, path: Path, error: OSError) -> None:
        if path.is_file():
            self._losses.rows += 1  # at least
        kept = self._damaged.take(path, f"{path.parent.name}-{path.name}")
        if kept is None and len(self._unusable) < MAX_UNUSABLE:
            self._unusable.add(path)
        logger.error(
            "%s is no segment of the spool that can be read (%s); it is left out and lies in %s",
            path.name,
            error,
            kept or path.parent,
        )

    def batch(self, segment: Segment) -> Batch:
        """Return the rows of a closed segment. Damaged lines are left out and counted."""
        if segment.batch is not None:
            return segment.batch
        try:
            lines = segment.lines()
        except OSError as error:
            self._losses.count_rows(segment.rows, f"{segment.path} cannot be read: {error}")
            return Batch(segment.batch_id)
        batch, damage = decode_lines(segment.batch_id, lines)
        if damage:
            self._report(segment, damage)
        return batch

    def _report(self, segment: Segment, damage: Sequence[str]) -> None:
        assert segment.path is not None  # or its rows would be in memory
        self._losses.rows += len(damage)
        kept = self._damaged.copy(segment.path, f"{segment.batch_id}{SUFFIX}")
        logger.error(
            "%d damaged lines in a spool segment were skipped (%s); %s",
            len(damage),
            damage[0],
            f"a copy of it is {kept}" if kept else "no copy of it could be kept",
        )
