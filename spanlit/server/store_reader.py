"""The store that the server reads from, on its own event loop."""

import asyncio
from collections.abc import Callable

from spanlit.storage import Store


class StoreReader:
    """Opens a store when it is first needed, and again until that succeeds.

    Args:
        make_store: Makes a store that has not been opened.
        project: Namespace of everything that is read.
        migrate: Whether opening brings the schema up to date.
    """

    def __init__(
        self, make_store: Callable[[], Store], project: str, *, migrate: bool = True
    ) -> None:
        self.project = project
        self._make_store = make_store
        self._migrate = migrate
        self._opening = asyncio.Lock()
        self._store: Store | None = None

    async def store(self) -> Store:
        """The open store.

        Raises:
            StoreError: It cannot be opened now.
        """
        async with self._opening:
            if self._store is None:
                store = self._make_store()
                await store.open(migrate=self._migrate)
                self._store = store
            return self._store

    async def close(self) -> None:
        """Close the store, if it was opened."""
        if self._store is not None:
            await self._store.close()
            self._store = None
