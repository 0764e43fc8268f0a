"""Cursors of list pages: opaque to callers, a sort key inside."""

import base64
import binascii

import orjson

from .models import Page, Thread
from .store import StoreRefused


def encode_cursor(time_ns: int, row_id: str) -> str:
    """Make the cursor that continues after the row with this sort key.

    Args:
        time_ns: Sort time of the last row of the page, in Unix nanoseconds.
        row_id: Id of that row; it decides between rows of equal time.
    """
    return base64.urlsafe_b64encode(orjson.dumps([time_ns, row_id])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[int, str]:
    """Read a cursor back.

    Raises:
        StoreRefused: `cursor` was not made by `encode_cursor`.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time_ns, row_id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise StoreRefused(
            f"not a page cursor: {cursor[:80]!r}; leave it out for page one"
        ) from None
    if not isinstance(time_ns, int) or not isinstance(row_id, str):
        raise StoreRefused(f"not a page cursor: {cursor[:80]!r}; leave it out for page one")
    return time_ns, row_id


def thread_page(threads: list[Thread], limit: int) -> Page[Thread]:
    """Cut a page out of threads that start where it starts, and find its cursor."""
    items = threads[:limit]
    more = len(threads) > limit and bool(items)
    cursor = encode_cursor(items[-1].updated_at_ns, items[-1].id) if more else None
    return Page(items, cursor)
