"""Making room in a full spool.

See `shedding` for what goes. A segment keeps its batch id when it is shed. If the store has it
already and only the answer was lost, the thinner batch is ignored; if not, it is what can still
be had.
"""

from collections.abc import Callable, Sequence
from typing import Final

from .backlog import Backlog
from .segment import Segment
from .shedding import Shed, shed
from .spool_disk import SpoolDisk
from .spool_losses import SpoolLosses

SPARE: Final = 32
"""A spool that sheds makes room for this part of it, so that it sheds rarely."""


class SpoolRoom:
    """Sheds waiting segments until new rows fit.

    Args:
        backlog: The segments.
        disk: Where they are rewritten.
        losses: Where losses are counted.
        max_bytes: Size of all segments together.
    """

    def __init__(
        self, backlog: Backlog, disk: SpoolDisk, losses: SpoolLosses, max_bytes: int
    ) -> None:
        self._backlog = backlog
        self._disk = disk
        self._losses = losses
        self._max_bytes = max_bytes

    def make(self, size: int) -> bool:
        """Shed until `size` more bytes fit, and some more, so that this is rare.

        Each segment is rewritten twice at most, so the cost of a row does not depend on how
        many wait. What is being sent stays as it is.
        """
        backlog = self._backlog
        if backlog.size + size <= self._max_bytes:
            return True
        # Huge segments of another writer that are being sent must not push out all others.
        taken = sum(segment.size for segment in backlog.taken)
        limit = self._max_bytes - min(taken, self._max_bytes // 2) - size
        if limit < 0:
            return False
        self._disk.rotate()
        spare = max(0, limit - self._max_bytes // SPARE)
        self._shed_until(lambda: backlog.size - taken <= spare, lambda segment: True)
        return backlog.size - taken <= limit

    def make_in_memory(self, size: int) -> bool:
        """The same for rows that lie in memory only. Copies of rows on the disk go first."""
        backlog, limit = self._backlog, self._backlog.max_memory_bytes
        if backlog.memory_size + size <= limit:
            return True
        if size > limit:
            return False
        self._disk.rotate()
        spare = max(0, limit - size - limit // SPARE)
        for segment in reversed(backlog.waiting):
            if backlog.memory_size > spare and segment.path is not None:
                backlog.forget_rows(segment)
        self._shed_until(lambda: backlog.memory_size <= spare, lambda s: s.path is None)
        return backlog.memory_size + size <= limit

    def thin(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return lines that do not fit without their bodies."""
        rest = shed(lines, Shed.BODIES)
        self._losses.count_bodies(rest.bodies)
        return rest.lines

    def _shed_until(self, enough: Callable[[], bool], concerns: Callable[[Segment], bool]) -> None:
        for level in (Shed.BODIES, Shed.SPANS, Shed.ALL):
            for segment in [*self._backlog.waiting]:
                if enough():
                    return
                if segment.shed < level and concerns(segment):
                    self._shed(segment, level)

    def _shed(self, segment: Segment, level: Shed) -> None:
        try:
            rest = shed(segment.lines(), level)
        except OSError as error:
            self._losses.count_rows(segment.rows, f"{segment.path} cannot be read: {error}")
            self._remove(segment)
            return
        segment.shed = level
        self._losses.count_bodies(rest.bodies)
        self._losses.count_overflow(rest.rows)
        if not rest.lines:
            self._remove(segment)
        elif rest.bodies or rest.rows:
            self._disk.replace(segment, rest.lines)

    def _remove(self, segment: Segment) -> None:
        self._backlog.waiting.remove(segment)
        self._disk.delete(segment)
