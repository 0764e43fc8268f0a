"""Cursors of list pages: opaque to callers, a sort key inside."""

import base64
import binascii
from typing import Any

import orjson

from spanlit.tracing.content import clean

from .models import Page, Thread
from .store import StoreRefused

SortKey = tuple[Any, ...]
_INT64 = range(-(2**63), 2**63)


class BadCursor(StoreRefused):
    """A cursor that was not made here."""


def encode_cursor(time_ns: int, row_id: str) -> str:
    """Make the cursor that continues after the row with this sort key.

    Args:
        time_ns: Sort time of the last row of the page, in Unix nanoseconds.
        row_id: Id of that row; it decides between rows of equal time.
    """
    return encode_key((time_ns, row_id))


def decode_cursor(cursor: str) -> tuple[int, str]:
    """Read a cursor back.

    Raises:
        BadCursor: `cursor` was not made by `encode_cursor`.
    """
    time_ns, row_id = decode_key(cursor, 2)
    return time_ns, row_id


def encode_key(key: SortKey) -> str:
    """Make the cursor that continues after the row with this sort key: a time, then texts."""
    time_ns, *ids = key
    return base64.urlsafe_b64encode(orjson.dumps([time_ns, *map(clean, ids)])).decode().rstrip("=")


def decode_key(cursor: str, length: int) -> SortKey:
    """Read a cursor of `encode_key` back, whose key has this length.

    Raises:
        BadCursor: `cursor` was not made by `encode_key`.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time_ns, *ids = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise _bad(cursor) from None
    if type(time_ns) is not int or time_ns not in _INT64:
        raise _bad(cursor)
    if len(ids) != length - 1 or not all(isinstance(part, str) for part in ids):
        raise _bad(cursor)
    return (time_ns, *ids)


def _bad(cursor: str) -> BadCursor:
    return BadCursor(f"not a page cursor: {cursor[:80]!r}; leave it out for page one")


def thread_page(threads: list[Thread], limit: int) -> Page[Thread]:
    """Cut a page out of threads that start where it starts, and find its cursor."""
    items = threads[:limit]
    more = len(threads) > limit and bool(items)
    cursor = encode_cursor(items[-1].updated_at_ns, items[-1].id) if more else None
    return Page(items, cursor)
