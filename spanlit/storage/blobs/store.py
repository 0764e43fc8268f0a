"""Blobs: bytes too large for a row, kept once each, under the hash of their content.

    blobs/ab/cdef…        the blob whose SHA-256 is abcdef…

Rows refer to blobs by their keys. Knowing a key gives nobody access: a blob is served to who may
see a row that refers to it.
"""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Final
from urllib.parse import parse_qsl, urlsplit

from spanlit.storage.store import StoreRefused

from .claims import Claims
from .errors import CREDENTIALS, BlobMissing, BlobTooLarge, NoObstore
from .objects import MemoryObjects, Objects, ObstoreObjects

__all__ = [
    "Blob",
    "BlobMissing",
    "BlobStore",
    "BlobTooLarge",
    "NoObstore",
    "StoredBlob",
    "open_blobs",
]

MEMORY: Final = "memory:"
REFRESH_S: Final = 3_600
"""A blob that is put again is uploaded again if it is older than this: to garbage collection it
is then as young as the row that refers to it."""

READ_PART: Final = 2 * 2**20
_DIGEST_CHARS = 64
_IN_MEMORY = 2**20
_OPTIONS = ("endpoint", "region", "virtual_hosted_style_request", "account_name")


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are kept: their SHA-256 in hex, and how many they are."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that was found in the storage."""

    key: str
    size: int
    modified_ns: int


class BlobStore:
    """Puts, gets and deletes blobs. Safe to share between threads and event loops.

    Every method raises `StoreUnavailable` when the storage is away, and `StoreRefused` when it
    never will.

    Args:
        objects: Where they lie.
        max_bytes: Size of the largest blob.
    """

    def __init__(self, objects: Objects, *, max_bytes: int) -> None:
        self._objects = objects
        self._claims = Claims()
        self.max_bytes = max_bytes

    async def check(self) -> None:
        """Return if the storage answers."""
        await self._objects.check()

    async def put(self, data: bytes | AsyncIterable[bytes]) -> Blob:
        """Keep bytes; what is there already is not written again.

        Args:
            data: The bytes, or chunks of them, which never are in memory all at once.

        Raises:
            BlobTooLarge: There are more than `max_bytes`. Nothing is kept.
        """
        if isinstance(data, bytes):
            self._require_size(len(data))
            blob = Blob(await asyncio.to_thread(_hash, data), len(data))
            await self._keep(blob, data)
            return blob
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            digest, size = hashlib.sha256(), 0
            async for chunk in data:
                size += len(chunk)
                self._require_size(size)
                await asyncio.to_thread(_add, digest, file, chunk)
            file.seek(0)
            blob = Blob(digest.hexdigest(), size)
            await self._keep(blob, file.read() if size <= _IN_MEMORY else file)
            return blob

    def _require_size(self, size: int) -> None:
        if size > self.max_bytes:
            raise BlobTooLarge(
                f"a file may have {self.max_bytes / 2**20:g} MB; see blobs.max_mb in the settings"
            )

    async def _keep(self, blob: Blob, data: bytes | IO[bytes]) -> None:
        path = _path(blob.key)
        async with self._claims.putting(blob.key):
            known = await self._objects.head(path)
            if (
                known is None
                or known.size != blob.size
                or time.time_ns() - known.modified_ns > REFRESH_S * 10**9
            ):
                await self._objects.put(path, data)

    async def size(self, key: str) -> int:
        """Number of bytes of a blob.

        Raises:
            BlobMissing: There is none with this key.
        """
        found = await self._objects.head(_path(key))
        if found is None:
            raise BlobMissing(f"there is no blob {key[:12]}…")
        return found.size

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes of a blob, in chunks, from `start` to before `end`.

        Raises:
            BlobMissing: There is none with this key.
        """
        size = await self.size(key)
        end = size if end is None else min(end, size)
        # One request per part: a client that reads slowly holds no connection to the storage.
        for at in range(start, end, READ_PART):
            yield await self._objects.read(_path(key), at, min(at + READ_PART, end))

    async def read(self, key: str) -> bytes:
        """A whole blob.

        Raises:
            BlobMissing: There is none with this key.
        """
        return b"".join([chunk async for chunk in self.get(key)])

    async def delete(
        self, keys: Iterable[str], *, since: float, older_than_ns: int | None = None
    ) -> set[str]:
        """Delete blobs to which nobody refers.

        Args:
            keys: Which; those that are not there do not matter.
            since: What `time.monotonic()` was before it was asked who refers to them. What
                this process has put since then stays.
            older_than_ns: What was written later, by any process, stays.

        Returns:
            Those that were there and are gone.
        """
        with self._claims.deleting(keys, since) as free:
            gone = {key for key in free if await self._is_there(key, older_than_ns)}
            if gone:
                await self._objects.delete([_path(key) for key in gone])
            return gone

    async def _is_there(self, key: str, older_than_ns: int | None) -> bool:
        head = await self._objects.head(_path(key))
        return head is not None and (older_than_ns is None or head.modified_ns < older_than_ns)

    async def tidy(self, older_than_ns: int) -> None:
        """Delete what puts left that never ended, because their process died.

        In a bucket these are unfinished multipart uploads, for which clouds have lifecycle rules.
        """
        await self._objects.tidy(older_than_ns)

    async def list(self) -> AsyncIterator[list[StoredBlob]]:
        """All blobs in any order, up to 1,000 at a time. Other files are left out."""
        async for chunk in self._objects.list():
            yield [
                StoredBlob(key, found.size, found.modified_ns)
                for found in chunk
                if _is_key(key := found.path.replace("/", "", 1))
            ]


def open_blobs(url: str, *, folder: Path, max_bytes: int) -> BlobStore:
    """Make the blob store that `url` names. Nothing is connected yet.

    Args:
        url: `memory:`; empty for `folder`; `file:///path`; `s3://bucket/prefix`,
            `gs://bucket/prefix` or `az://container/prefix`, with the options `endpoint`, `region`,
            `virtual_hosted_style_request` and `account_name` in the query. Credentials come
            from the environment.
        folder: Where blobs lie if there is no URL.
        max_bytes: Size of the largest blob.

    Raises:
        StoreRefused: `url` is none of these, or the folder cannot be made.
        NoObstore: The package for anything but memory is missing.
    """
    if url == MEMORY:
        return BlobStore(MemoryObjects(), max_bytes=max_bytes)
    parts = urlsplit(url)
    if parts.scheme == "file" and (parts.netloc or len(parts.path) < 2 or parts.path[0] != "/"):
        raise StoreRefused("blobs.url is not of the form file:///absolute/folder")
    if not url or parts.scheme == "file":
        objects = _local(Path(parts.path) if url else folder)
    elif parts.scheme in CREDENTIALS:
        objects = _bucket(url)
    else:
        raise StoreRefused(
            f"blobs.url {parts.scheme + ': ' if parts.scheme else ''}is not known: "
            "it must start with file://, s3://, gs:// or az://"
        )
    return BlobStore(objects, max_bytes=max_bytes)


def _local(folder: Path) -> ObstoreObjects:
    try:
        from obstore.store import LocalStore
    except ImportError as error:
        raise NoObstore from error
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return ObstoreObjects(LocalStore(folder), folder.absolute().as_uri(), folder)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreRefused(
            f"the folder for blobs {folder} cannot be used ({reason}); make it writable or choose "
            "another one with blobs.url"
        ) from error


def _bucket(url: str) -> ObstoreObjects:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise NoObstore from error
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        raise StoreRefused(
            f"blobs.url {place}: {unknown[0]} is not an option; there are {', '.join(_OPTIONS)}"
        )
    if "@" in parts.netloc or not parts.netloc:
        raise StoreRefused(
            f"blobs.url {place} must be {parts.scheme}://bucket or {parts.scheme}://bucket/prefix; "
            f"credentials belong into {CREDENTIALS[parts.scheme]}"
        )
    try:
        store = from_url(  # type: ignore[call-overload]
            place,
            client_options={
                "allow_http": options.get("endpoint", "").startswith("http://"),
                "connect_timeout": "5s",
                "timeout": "60s",
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=15)},
            **options,
        )
    except (BaseError, ValueError) as error:
        cause = "an account is missing: set AZURE_STORAGE_ACCOUNT_NAME"
        if "Account" not in str(error):
            cause = "its options or the variables with the credentials are wrong"
        raise StoreRefused(f"blobs.url {place} cannot be used: {cause}") from None
    return ObstoreObjects(store, place)


def _path(key: str) -> str:
    if not _is_key(key):
        raise BlobMissing("that is not the key of a blob")
    return f"{key[:2]}/{key[2:]}"


def _is_key(text: str) -> bool:
    return len(text) == _DIGEST_CHARS and set(text) <= set("0123456789abcdef")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _add(digest: "hashlib._Hash", file: IO[bytes], chunk: bytes) -> None:
    digest.update(chunk)
    file.write(chunk)
