"""How many commands a connection may send."""

import time
from typing import Final

BURST: Final = 100
PER_SECOND: Final = 50.0
MAX_PARALLEL: Final = 20


class RateLimit:
    """A token bucket, and a bound on what goes on at the same time."""

    def __init__(self) -> None:
        self._tokens = float(BURST)
        self._filled_at = time.monotonic()
        self._running = 0

    def enter(self) -> bool:
        """Take a place for one command; False if there is none now."""
        now = time.monotonic()
        self._tokens = min(float(BURST), self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        if self._tokens < 1 or self._running >= MAX_PARALLEL:
            return False
        self._tokens -= 1
        self._running += 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._running -= 1
