"""Files of elements that another program left on this machine."""

import asyncio
from pathlib import Path

from spanlit.storage.blobs.store import BlobStore

from .blobs import chunks


class LocalFiles:
    """Copies files below a folder into the blob store.

    Args:
        folder: Where the other program kept them, by their object keys.
        blobs: Where to.
    """

    def __init__(self, folder: Path, blobs: BlobStore) -> None:
        self._folder = folder.resolve()
        self._blobs = blobs

    async def keep(self, object_key: str) -> tuple[str, int] | None:
        """Copy one file; return the key and size of its blob, or None if there is no such file."""
        path = await asyncio.to_thread(self._find, object_key)
        if path is None:
            return None
        blob = await self._blobs.put(chunks(path))
        return blob.key, blob.size

    def _find(self, object_key: str) -> Path | None:
        try:
            path = (self._folder / object_key).resolve()
            # The key comes from somebody's database: it must not lead out of the folder.
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):  # too long, a null byte, links in a circle
            return None
