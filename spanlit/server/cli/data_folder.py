"""The data folder: made, or refused in one sentence before anything is written to it."""

import tempfile
from pathlib import Path

from spanlit.server.errors import DataFolderError


def prepare(folder: Path) -> None:
    """Create `folder` if it is missing and check that it can be written.

    Raises:
        DataFolderError: Something is in the way or the permissions do not allow it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataFolderError(
            f"The data folder {folder} cannot be written: {error.strerror}. Repair that, or choose "
            f"another folder by storage.data_dir in spanlit.toml (SPANLIT_STORAGE__DATA_DIR)."
        ) from error
