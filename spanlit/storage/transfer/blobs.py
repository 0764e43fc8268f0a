"""Blobs that travel beside an export, in a folder of files that are named by their hash."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from spanlit.storage.blobs.store import BlobMissing, BlobStore
from spanlit.storage.models import Element
from spanlit.storage.store import Row
from spanlit.tracing.attributes import BLOB_KEYS
from spanlit.tracing.record import SpanRecord

from .jsonl import OnDamage

SUFFIX = ".blobs"
CHUNK = 2**20
_KEY = re.compile(r"[0-9a-f]{64}")


def folder_of(path: Path) -> Path:
    """The folder of the blobs of an export: its name and `.blobs`."""
    named = path if path.name not in ("", "..") else path.resolve()  # `.` is a folder of Parquet
    return named.parent / (named.name + SUFFIX)


def keys_of(row: Row) -> set[str]:
    """Keys of the blobs that a row refers to. They become names of files: all else is left out."""
    found: set[object] = set()
    if isinstance(row, Element):
        found = {row.object_key}
    elif isinstance(row, SpanRecord):
        found = {str(row.attributes.get(key)) for key in BLOB_KEYS}
    return {key for key in found if isinstance(key, str) and _KEY.fullmatch(key)}


async def copying(
    rows: AsyncIterator[Row], blobs: BlobStore, folder: Path, counts: Counter[str]
) -> AsyncIterator[Row]:
    """The same rows; the blobs that they refer to are copied into a folder on the way.

    Args:
        rows: What is exported.
        blobs: Where blobs lie.
        folder: Where to; exists.
        counts: Counts `blobs`, and `missing blobs` that nobody has any more.
    """
    async for row in rows:
        for key in keys_of(row):
            path = folder / key
            if await asyncio.to_thread(path.exists):
                continue
            try:
                await _copy(blobs, key, path)
                counts["blobs"] += 1
            except BlobMissing:
                counts["missing blobs"] += 1
        yield row


async def _copy(blobs: BlobStore, key: str, path: Path) -> None:
    await blobs.size(key)  # raises before there is a file; refuses what is not the name of a blob
    with path.open("xb") as file:
        async for chunk in blobs.get(key):
            file.write(chunk)


async def load(folder: Path, blobs: BlobStore, on_damage: OnDamage) -> int:
    """Put all blobs of a folder into a store; return how many. Again changes nothing.

    Args:
        folder: What `copying` filled.
        blobs: Where to.
        on_damage: Told of files whose name is not the hash of their content, and of what is no
            file: links could lead to what is not of the export, and pipes never end.
    """
    count = 0
    for path in sorted(await asyncio.to_thread(lambda: list(folder.iterdir()))):
        if path.is_symlink() or not path.is_file() or not _KEY.fullmatch(path.name):
            on_damage(f"{path} is not a blob of an export")
            continue
        blob = await blobs.put(chunks(path))
        if blob.key == path.name:
            count += 1
        else:
            on_damage(f"{path} is damaged: its content is not what its name says")
    return count


async def chunks(path: Path) -> AsyncIterator[bytes]:
    """The content of a file."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
