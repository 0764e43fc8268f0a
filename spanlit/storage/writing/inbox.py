"""Rows that were put and are not journalled yet."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from spanlit.storage.store import Row
from spanlit.tracing.record import SpanRecord

MAX_ROWS: Final = 200_000
MAX_BYTES: Final = 256 * 2**20
ROW_BYTES: Final = 500
"""What a row is taken to need besides its texts."""


class Inbox:
    """A queue in memory, bounded in rows and bytes. Thread-safe.

    Bytes are an estimate that costs a microsecond: the texts of spans.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: deque[tuple[Row, int]] = deque((row, size_of(row)) for row in rows)
        self._size = sum(size for _, size in self._rows)
        self._lock = threading.Lock()
        self._closed = False
        self._out = 0
        self._out_size = 0

    def __len__(self) -> int:
        """How many rows are here, those included that were taken and are not done."""
        return len(self._rows) + self._out

    @property
    def size(self) -> int:
        """Bytes of all rows, about."""
        return self._size

    def put(self, rows: Sequence[Row]) -> bool:
        """Add rows, all or none; return whether there was room and the inbox was open."""
        sized = [(row, size_of(row)) for row in rows]
        size = sum(size for _, size in sized)
        with self._lock:
            is_full = len(self._rows) + len(rows) > MAX_ROWS or self._size + size > MAX_BYTES
            if is_full or self._closed:
                return False
            self._rows.extend(sized)
            self._size += size
        return True

    def take(self, max_rows: int, max_bytes: int) -> list[Row]:
        """Return the oldest rows within the limits, at least one if there is one; then `done`."""
        rows: list[Row] = []
        with self._lock:
            while self._rows and len(rows) < max_rows and (not rows or self._out_size < max_bytes):
                row, size = self._rows.popleft()
                rows.append(row)
                self._out += 1
                self._out_size += size
        return rows

    def done(self) -> None:
        """Forget the rows that were taken: they are journalled."""
        with self._lock:
            self._size -= self._out_size
            self._out = self._out_size = 0

    def close(self) -> None:
        """Take no more rows."""
        with self._lock:
            self._closed = True


def size_of(row: Row) -> int:
    """Return about how many bytes a row needs."""
    if not isinstance(row, SpanRecord):
        return ROW_BYTES
    size = ROW_BYTES + len(row.input) + len(row.output)
    for value in row.attributes.values():
        if type(value) is str:
            size += len(value)
        elif type(value) is list:
            size += 50 * len(value)
    return size + ROW_BYTES * len(row.events)
