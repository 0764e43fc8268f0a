"""A lock on a file that the kernel releases when its holder dies."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An exclusive `flock` on `path`. Not reentrant; one holder per instance."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def acquire(self, *, blocking: bool) -> bool:
        """Take the lock.

        Args:
            blocking: Wait for another holder; if false, return at once.

        Returns:
            Whether the lock is held now.

        Raises:
            OSError: The file cannot be opened.
        """
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX if blocking else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def release(self) -> None:
        """Let go of the lock; nothing happens if it is not held.

        In a forked child this closes the child's copy and leaves the parent's lock alone.
        """
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
