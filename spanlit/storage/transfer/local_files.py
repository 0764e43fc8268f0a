"""Files of elements that another program left on this machine."""

import asyncio
from pathlib import Path

from spanlit.storage.blobs import BlobStore

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
        path = await asyncio.to_thread((self._folder / object_key).resolve)
        # The key comes from somebody's database: it must not lead out of the folder.
        if not path.is_relative_to(self._folder) or not await asyncio.to_thread(path.is_file):
            return None
        blob = await self._blobs.put(chunks(path))
        return blob.key, blob.size
