"""How many commands a connection may send, and a user over all of theirs."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .refusal import Refusal

MAX_USERS: Final = 10_000
"""Users whose rate is remembered; who has been quiet the longest is forgotten."""
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


class UserLimits:
    """A rate limit per user, for what does not come over a connection that has its own."""

    def __init__(self) -> None:
        self._limits: OrderedDict[str, RateLimit] = OrderedDict()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """Hold a place for one request.

        Raises:
            Refusal: There is none now.
        """
        limit = self._limits.setdefault(user_id, RateLimit())
        self._limits.move_to_end(user_id)
        while len(self._limits) > MAX_USERS:
            self._limits.popitem(last=False)
        if not limit.enter():
            raise Refusal("too-many", "Too many requests; slow down a little.")
        try:
            yield
        finally:
            limit.leave()
