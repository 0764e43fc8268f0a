"""Deleting for good: rows, and at once the blobs to which nobody else refers."""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from .blobs.store import BlobStore
from .store import Deleted, Housekeeping, StoreError

logger = logging.getLogger(__name__)

KEYS_PER_QUERY: Final = 500
GRACE_S: Final = 86_400.0
"""How old a blob must be to count as garbage: a row that refers to it may still be on its way."""


@dataclass(slots=True, frozen=True)
class DeletionReport:
    """What a deletion took away for good."""

    rows: Mapping[str, int]
    """Rows by table."""
    blobs: int = 0
    """Blobs that are gone."""
    blobs_left: int = 0
    """Blobs that could not be deleted now, because their storage is away. Garbage collection
    deletes them later."""


@dataclass(slots=True, frozen=True)
class Garbage:
    """What a garbage collection looked at and took away."""

    blobs: int
    size: int
    deleted: int
    freed: int
    """Bytes."""


async def delete_thread(
    housekeeping: Housekeeping, blobs: BlobStore | None, project: str, thread_id: str
) -> DeletionReport:
    """Delete a thread with all that is in it. Flush the writer first.

    Raises:
        StoreError: The store failed, and rows are left.
    """
    since = time.monotonic()
    deleted = await housekeeping.delete_thread(project, thread_id)
    return await finish(housekeeping, blobs, deleted, since=since)


async def delete_user(
    housekeeping: Housekeeping, blobs: BlobStore | None, project: str, user_id: str
) -> DeletionReport:
    """Delete a user with all that is theirs. Flush the writer first.

    Raises:
        StoreError: The store failed, and rows are left.
    """
    since = time.monotonic()
    deleted = await housekeeping.delete_user(project, user_id)
    return await finish(housekeeping, blobs, deleted, since=since)


async def finish(
    housekeeping: Housekeeping, blobs: BlobStore | None, deleted: Deleted, *, since: float
) -> DeletionReport:
    """Delete the blobs of rows that were deleted, and say what is gone.

    Args:
        since: `time.monotonic()` before the rows were deleted.
    """
    rows = {table: count for table, count in deleted.rows.items() if count}
    if blobs is None or not deleted.object_keys:
        return DeletionReport(rows, blobs_left=len(deleted.object_keys))
    try:
        gone = await delete_unreferenced(housekeeping, blobs, deleted.object_keys, since=since)
    except StoreError as error:
        logger.warning("blobs of deleted rows stay until they are collected: %s", error)
        return DeletionReport(rows, blobs_left=len(deleted.object_keys))
    return DeletionReport(rows, blobs=gone)


async def delete_unreferenced(
    housekeeping: Housekeeping,
    blobs: BlobStore,
    keys: Collection[str],
    *,
    since: float,
    older_than_ns: int | None = None,
) -> int:
    """Delete those of the blobs to which no row refers; return how many there were.

    Raises:
        StoreError: The store or the blob storage failed.
    """
    deleted = 0
    ordered = sorted(keys)
    for at in range(0, len(ordered), KEYS_PER_QUERY):
        some = ordered[at : at + KEYS_PER_QUERY]
        referenced = await housekeeping.referenced(some)
        nobody = [key for key in some if key not in referenced]
        deleted += len(await blobs.delete(nobody, since=since, older_than_ns=older_than_ns))
    return deleted


async def collect_garbage(
    housekeeping: Housekeeping, blobs: BlobStore, *, grace_s: float = GRACE_S, dry_run: bool = False
) -> Garbage:
    """Delete all blobs to which no row refers and that are older than the grace period.

    Blobs are looked at as they are listed, so memory does not grow with their number.

    Args:
        grace_s: How old, in seconds. Rows must reach the store in this time, or they refer to
            nothing.
        dry_run: Count only.

    Raises:
        StoreError: The store or the blob storage failed; what was deleted until then is gone.
    """
    older_than_ns = time.time_ns() - int(grace_s * 1e9)
    count = size = deleted = freed = 0
    async for chunk in blobs.list():
        count += len(chunk)
        size += sum(blob.size for blob in chunk)
        old = {blob.key: blob.size for blob in chunk if blob.modified_ns < older_than_ns}
        since = time.monotonic()
        referenced = await housekeeping.referenced(old) if old else set()
        nobody = set(old) - referenced
        if not dry_run:
            nobody = await blobs.delete(nobody, since=since, older_than_ns=older_than_ns)
        deleted += len(nobody)
        freed += sum(old[key] for key in nobody)
    if not dry_run:
        await blobs.tidy(older_than_ns)
    return Garbage(blobs=count, size=size, deleted=deleted, freed=freed)
