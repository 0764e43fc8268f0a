"""Who puts and who deletes a blob, so that neither undoes what the other has just done."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

WAIT_S: Final = 0.01
MAX_REMEMBERED: Final = 100_000


class Claims:
    """Keys that this process puts, has put lately, or deletes. Shared by its event loops.

    A put finds the blob there and uploads nothing; a deletion that had asked before whether the
    blob is referred to would take it away from under the new row. So keys that were put since a
    deletion began to ask are left alone, and a put waits for a deletion of its key to end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._putting: Counter[str] = Counter()
        self._deleting: set[str] = set()
        self._put_at: dict[str, float] = {}

    @asynccontextmanager
    async def putting(self, key: str) -> AsyncIterator[None]:
        """Hold a key while its blob is put."""
        # The deletion may run in another event loop, so there is no event to wait for.
        while not self._begin_put(key):  # noqa: ASYNC110
            await asyncio.sleep(WAIT_S)
        try:
            yield
        finally:
            with self._lock:
                self._putting[key] -= 1
                if not self._putting[key]:
                    del self._putting[key]
                self._remember(key)

    def _begin_put(self, key: str) -> bool:
        with self._lock:
            if key in self._deleting:
                return False
            self._putting[key] += 1
            return True

    def _remember(self, key: str) -> None:
        self._put_at.pop(key, None)
        self._put_at[key] = time.monotonic()
        if len(self._put_at) > MAX_REMEMBERED:
            del self._put_at[next(iter(self._put_at))]

    @contextmanager
    def deleting(self, keys: Iterable[str], since: float) -> Iterator[list[str]]:
        """Hold those keys that are not being put and were not put since then.

        Args:
            keys: What is to be deleted.
            since: When the deletion began to ask who refers to them, by `time.monotonic()`.
        """
        with self._lock:
            free = [
                key
                for key in keys
                if key not in self._putting and self._put_at.get(key, -1.0) < since
            ]
            self._deleting.update(free)
        try:
            yield free
        finally:
            with self._lock:
                self._deleting.difference_update(free)
