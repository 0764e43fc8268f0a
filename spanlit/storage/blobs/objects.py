"""Where blobs lie: a folder or a bucket (by obstore), or memory."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from spanlit.storage.store import StoreError, StoreRefused

from .errors import BlobMissing, translate

if TYPE_CHECKING:
    from obstore.store import ObjectStore

LIST_CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object that is there."""

    path: str
    size: int
    modified_ns: int


class Objects(Protocol):
    """Objects by their paths. Raises `StoreUnavailable` and `StoreRefused`."""

    async def check(self) -> None:
        """Raise if objects could not be listed now."""

    async def head(self, path: str) -> StoredObject | None:
        """What is there, or None."""

    async def put(self, path: str, data: bytes | IO[bytes]) -> None:
        """Write an object, whole or not at all; one that is there is replaced."""

    async def read(self, path: str, start: int, end: int) -> bytes:
        """Bytes from `start` to before `end`, which must not be empty.

        Raises:
            BlobMissing: There is no such object.
        """

    async def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; those that are not there do not matter."""

    def list(self) -> AsyncIterator[list[StoredObject]]:
        """All objects in any order, a few at a time."""

    async def tidy(self, older_than_ns: int) -> None:
        """Delete what older puts left that never ended."""


class MemoryObjects:
    """Objects in a dict, for a store in memory. Safe to share between threads."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, int]] = {}

    async def check(self) -> None:
        """Nothing to do."""

    async def head(self, path: str) -> StoredObject | None:
        known = self._objects.get(path)
        return StoredObject(path, len(known[0]), known[1]) if known else None

    async def put(self, path: str, data: bytes | IO[bytes]) -> None:
        content = data if isinstance(data, bytes) else data.read()
        self._objects[path] = (content, time.time_ns())

    async def read(self, path: str, start: int, end: int) -> bytes:
        known = self._objects.get(path)
        if known is None:
            raise _missing()
        return known[0][start:end]

    async def delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._objects.pop(path, None)

    async def list(self) -> AsyncIterator[list[StoredObject]]:
        paths = list(self._objects)
        for at in range(0, len(paths), LIST_CHUNK):
            found = [await self.head(path) for path in paths[at : at + LIST_CHUNK]]
            yield [one for one in found if one is not None]

    async def tidy(self, older_than_ns: int) -> None:
        """Nothing to do."""


class ObstoreObjects:
    """Objects in a folder or a bucket.

    Args:
        store: What obstore made.
        place: Its URL without a query, for messages.
        folder: Where objects are files.
    """

    def __init__(self, store: "ObjectStore", place: str, folder: Path | None = None) -> None:
        self._store = store
        self._place = place
        self._folder = folder
        self._pid: int | None = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        # obstore's threads do not exist in a forked child: its calls would hang there for ever.
        self._pid = self._pid or os.getpid()
        if self._pid != os.getpid():
            raise StoreRefused("blob storage cannot be used in a process forked from its user")
        try:
            yield
        except FileNotFoundError as error:
            # A missing bucket is reported as a missing object, but for the text.
            told = translate(error, self._place)
            raise told if isinstance(told, StoreRefused) else _missing() from None
        except (StoreError, GeneratorExit):
            raise
        except Exception as error:
            raise translate(error, self._place) from None  # its text is not for logs

    async def check(self) -> None:
        with self._errors():
            async for _ in self._store.list(chunk_size=1):
                return

    async def head(self, path: str) -> StoredObject | None:
        try:
            with self._errors():
                return _stored(await self._store.head_async(path))
        except BlobMissing:
            return None

    async def put(self, path: str, data: bytes | IO[bytes]) -> None:
        with self._errors():
            await self._store.put_async(path, data)

    async def read(self, path: str, start: int, end: int) -> bytes:
        with self._errors():
            return bytes(await self._store.get_range_async(path, start=start, end=end))

    async def delete(self, paths: Sequence[str]) -> None:
        try:
            with self._errors():
                await self._store.delete_async(list(paths))
        except BlobMissing:  # a folder minds, and stops there
            for path in paths:
                await self._delete_one(path)

    async def _delete_one(self, path: str) -> None:
        try:
            with self._errors():
                await self._store.delete_async(path)
        except BlobMissing:
            pass

    async def list(self) -> AsyncIterator[list[StoredObject]]:
        with self._errors():
            async for chunk in self._store.list(chunk_size=LIST_CHUNK):
                yield [_stored(meta) for meta in chunk]

    async def tidy(self, older_than_ns: int) -> None:
        if self._folder is not None:
            await asyncio.to_thread(_delete_unfinished, self._folder, older_than_ns)


def _delete_unfinished(folder: Path, older_than_ns: int) -> None:
    # obstore writes to `name#1` and renames it.
    for path in folder.glob("*/*#*"):
        with suppress(OSError):
            if path.stat().st_mtime_ns < older_than_ns:
                path.unlink()


def _stored(meta: Any) -> StoredObject:
    modified_ns = int(meta["last_modified"].timestamp() * 1e9)
    return StoredObject(meta["path"], meta["size"], modified_ns)


def _missing() -> BlobMissing:
    return BlobMissing("there is no such blob; it was deleted, or it lies in another blobs.url")
