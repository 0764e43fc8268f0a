"""Searching a long time range from its newest end, in slices that grow.

What is wanted is the newest page. Where many spans pass, the first slice has it, and nothing else
is read; where few do, the slices add up to little more than one search of it all.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from spanlit.storage.cursors import decode_key, encode_key
from spanlit.storage.models import Page
from spanlit.storage.store import StoreUnavailable

Key = tuple[int, str, str]
"""Start time, trace and span: by what lists are sorted, newest first."""

FIRST_NS: Final = 6 * 3_600 * 10**9
GROWTH: Final = 4
LONGEST_SEARCH_S: Final = 20.0

SKEW_NS: Final = 3_600 * 10**9
"""How much earlier than its root a span of a trace is looked for."""

TRACE_NS: Final = 7 * 86_400 * 10**9
"""How much later than its root a span of a trace is looked for. Without a limit, the sums of an
old page would look through all that came after it."""

INT64_MAX: Final = 2**63 - 1

T = TypeVar("T")

Look = Callable[[int, Key, int], Awaitable[tuple[list[tuple[Key, T]], Key | None]]]
"""Called with the start of a slice, the key before which to look, and how many are wanted.

Returns what it found, newest first, and the key before which it has not looked; None if it has
looked through the whole slice."""


class SlicedSearch(Generic[T]):
    """The search for one page."""

    def __init__(self, since_ns: int, until_ns: int, cursor: str | None) -> None:
        self._since_ns = since_ns
        self._before: Key = (until_ns, "", "")
        if cursor:
            time_ns, trace_id, span_id = decode_key(cursor, 3)
            self._before = min(self._before, (time_ns, trace_id, span_id))

    async def page(self, limit: int, look: Look[T]) -> Page[T]:
        """Find the newest `limit` items.

        Raises:
            StoreUnavailable: That took too long.
        """
        deadline = time.monotonic() + LONGEST_SEARCH_S
        found: list[tuple[Key, T]] = []
        before, width_ns = self._before, FIRST_NS
        while before > (self._since_ns, "", "") and len(found) <= limit:
            since_ns = max(self._since_ns, before[0] - width_ns)
            more, rest = await look(since_ns, before, limit + 1 - len(found))
            found += more
            if rest is None:
                width_ns *= GROWTH
            before = rest or (since_ns, "", "")
            if time.monotonic() > deadline and len(found) <= limit:
                raise too_slow()
        items = [item for _, item in found[:limit]]
        return Page(items, encode_key(found[limit - 1][0]) if len(found) > limit else None)


def end_of_trace(root_ns: int) -> int:
    """Until when the spans of a trace are looked for."""
    return min(root_ns + TRACE_NS, INT64_MAX)


def too_slow() -> StoreUnavailable:
    """Make the error of a search that takes too long."""
    return StoreUnavailable(
        "the search took too long: "
        "narrow the time range, or leave out conditions on text and attributes"
    )
