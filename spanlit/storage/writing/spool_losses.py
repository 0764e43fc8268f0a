"""What a spool has lost: counted always, said once."""

import logging
from pathlib import Path

logger = logging.getLogger(__name__)


class SpoolLosses:
    """Counts of one writer.

    Args:
        root: Folder of the spool.
        max_bytes: Size of the spool.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._megabytes = max_bytes >> 20
        self.bodies = 0
        """Spans that lost their bodies because the spool was full."""
        self.rows = 0
        """Rows that nobody will ever have."""

    def count_bodies(self, spans: int) -> None:
        """Count spans that lost their bodies."""
        if spans and not self.bodies:
            logger.error(
                "the spool %s holds its %d MB: the oldest spans in it lose their inputs and outputs",
                self._root,
                self._megabytes,
            )
        self.bodies += spans

    def count_rows(self, rows: int, why: str) -> None:
        """Count rows that are lost."""
        if rows and not self.rows:
            logger.error("the spool %s drops rows: %s", self._root, why)
        self.rows += rows

    def count_overflow(self, rows: int) -> None:
        """Count rows that are lost because the spool is full."""
        self.count_rows(rows, f"it holds its {self._megabytes} MB")
