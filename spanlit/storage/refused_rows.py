"""What a log says of rows that a store can never take."""

import logging

MOST_ID_CHARS = 80

logger = logging.getLogger(__name__)


def report(table: str, row: object, why: str) -> None:
    """Log that a row is left out: which one it is, but nothing that people wrote.

    Args:
        table: Of the row.
        row: Of `TABLES`.
        why: Without values of the row, which texts of drivers and servers often quote.
    """
    names = ("id", "thread_id", "trace_id", "span_id")
    ids = [f"{n}={str(getattr(row, n))[:MOST_ID_CHARS]}" for n in names if hasattr(row, n)]
    logger.error("a row of %s cannot be stored: %s (%s)", table, why, ", ".join(ids))
