"""Where an app keeps its blobs."""

from spanlit.storage import StoreRefused
from spanlit.storage.blobs.store import MEMORY, BlobStore, NoObstore, open_blobs

from .config import Config
from .errors import StartError


def app_blobs(config: Config, *, in_memory: bool) -> BlobStore | None:
    """Open the blob store of an app.

    Args:
        in_memory: Whether rows lie in memory; then so do blobs, unless a URL is configured.

    Returns:
        None if nothing was configured and obstore is not installed: large values stay in rows.

    Raises:
        StartError: What was configured cannot be used.
    """
    url = config.blobs.url or (MEMORY if in_memory else "")
    try:
        return open_blobs(
            url,
            folder=config.storage.data_dir / "blobs",
            max_bytes=config.blobs.max_mb * 2**20,
        )
    except NoObstore as error:
        if not url:
            return None
        raise StartError(str(error)) from error
    except StoreRefused as error:
        raise StartError(str(error)) from error
