"""Time buckets of sums, in UTC."""

from datetime import UTC, datetime
from typing import Final

from .query import Interval

SECOND_NS: Final = 10**9
DAY_NS: Final = 86_400 * SECOND_NS
WIDTHS_NS: Final[dict[Interval, int]] = {
    "minute": 60 * SECOND_NS,
    "hour": 3_600 * SECOND_NS,
    "day": DAY_NS,
    "week": 7 * DAY_NS,
}
"""Months are not all equally long."""

FIRST_MONDAY_NS: Final = 4 * DAY_NS
"""The epoch was a Thursday."""


def offset_ns(interval: Interval) -> int:
    """Where a bucket of one of `WIDTHS_NS` begins after the epoch."""
    return FIRST_MONDAY_NS if interval == "week" else 0


def bucket_start(time_ns: int, interval: Interval) -> int:
    """Start of the bucket in which a moment lies, in Unix nanoseconds."""
    if interval == "month":
        moment = datetime.fromtimestamp(time_ns // SECOND_NS, UTC)
        return int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp()) * SECOND_NS
    return time_ns - (time_ns - offset_ns(interval)) % WIDTHS_NS[interval]
