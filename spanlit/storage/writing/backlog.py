"""The segments of a spool, in the order in which they go to the store, and their sizes."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence

from .journal import Row
from .segment import Segment


class Backlog:
    """What the store does not have yet: one segment grows, others wait or are being sent.

    Args:
        max_memory_bytes: Size of the rows that are kept in memory.
    """

    def __init__(self, max_memory_bytes: int) -> None:
        self.max_memory_bytes = max_memory_bytes
        self.open: Segment | None = None
        """The segment that grows."""
        self.waiting: deque[Segment] = deque()
        self.taken: list[Segment] = []
        """Segments that are being sent."""
        self.rows = 0
        self.size = 0
        self.memory_size = 0
        """Bytes of the rows that are in memory, whether they are on disk as well or not."""

    def closed(self) -> Iterator[Segment]:
        """All segments but the open one."""
        yield from self.taken
        yield from self.waiting

    @property
    def unsaved_rows(self) -> int:
        """Rows that are in no file. Any thread may ask."""
        segments = [*self.taken, *self.waiting, self.open]
        return sum(segment.rows for segment in segments if segment and segment.path is None)

    def adopt(self, segments: Collection[Segment]) -> None:
        """Let segments of dead writers wait, before all others."""
        self.waiting.extendleft(reversed(list(segments)))
        self.rows += sum(segment.rows for segment in segments)
        self.size += sum(segment.size for segment in segments)

    def take(self) -> Segment | None:
        """Return the segment that has waited longest, to be sent."""
        if not self.waiting:
            return None
        segment = self.waiting.popleft()
        self.taken.append(segment)
        return segment

    def give_back(self) -> None:
        """Let taken segments wait again, in their order."""
        self.waiting.extendleft(reversed(self.taken))
        self.taken.clear()

    def clear(self) -> None:
        """Let go of all segments; they stay on disk."""
        self.open = None
        self.waiting.clear()
        self.taken.clear()

    # --- sizes ----------------------------------------------------------------------------
    def grow(self, segment: Segment, rows: Sequence[Row], size: int) -> None:
        """Count rows that a segment got, and keep them in memory if there is room."""
        self._keep_rows(segment, rows, size)
        self._resize(segment, segment.rows + len(rows), segment.size + size)

    def _keep_rows(self, segment: Segment, rows: Iterable[Row], size: int) -> None:
        """Keep rows in memory, too, or only; a segment on the disk is kept whole or not at all."""
        is_full = self.memory_size + size > self.max_memory_bytes
        if segment.path is not None and (segment.batch is None or is_full):
            self.forget_rows(segment)
            return
        segment.keep(rows)
        self.memory_size += size

    def forget_rows(self, segment: Segment) -> None:
        """Let go of a segment's rows in memory."""
        if segment.batch is not None:
            segment.batch = None
            self.memory_size -= segment.size

    def rescue(self, segment: Segment) -> None:
        """Take the rows of an open file that was deleted back into memory.

        Raises:
            OSError: It cannot be read any more.
        """
        self.forget_rows(segment)
        segment.rescue()
        self.memory_size += segment.size

    def shrink(self, segment: Segment, lines: Sequence[bytes]) -> None:
        """Count what is left of a segment. Its rows are in memory unless it is on disk."""
        size = sum(map(len, lines))
        if segment.batch is not None:
            self.memory_size += size
        self._resize(segment, len(lines), size)

    def subtract(self, segment: Segment) -> None:
        """Stop counting a segment that is in no list any more."""
        self.forget_rows(segment)
        self.rows -= segment.rows
        self.size -= segment.size

    def _resize(self, segment: Segment, rows: int, size: int) -> None:
        self.rows += rows - segment.rows
        self.size += size - segment.size
        segment.rows, segment.size = rows, size
