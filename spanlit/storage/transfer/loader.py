"""The receiving end: rows become batches of the store."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from uuid_utils import uuid7

from spanlit.storage.store import TABLES, Batch, Row, Store, StoreUnavailable
from spanlit.storage.writing.journal import add_row
from spanlit.tracing.record import SpanRecord

from .errors import TransferError

Lighten = Callable[[Batch], Awaitable[Batch]]

MAX_ROWS = 1_000
MAX_CHARS = 8 * 2**20
PATIENCE_S = (0.5, 1.0, 2.0, 4.0)
"""Pauses between attempts while the store is away."""


class Loader:
    """Writes rows to a store, in batches. Writing the same rows again changes nothing.

    Idempotence comes from the law of versions, not from batch ids: those are new in every run,
    because a store that remembers the id of a batch would ignore rows that were deleted since.

    Args:
        store: Where to; open.
        project: Project that the rows get; None leaves them in theirs.
        on_rows: Called with the number of rows that were written, after every batch.
        lighten: What a batch goes through before it is written.
    """

    def __init__(
        self,
        store: Store,
        *,
        project: str | None = None,
        on_rows: Callable[[int], None] = lambda _count: None,
        lighten: Lighten | None = None,
    ) -> None:
        self._store = store
        self._project = project
        self._on_rows = on_rows
        self._lighten = lighten
        self._batch = Batch(uuid7().hex)
        self._chars = 0
        self.written: Counter[str] = Counter()
        """Rows by table that were sent; `refused` of them are not in the store."""
        self.refused = 0
        """Rows that the store can never take."""

    async def add(self, row: Row) -> None:
        """Take a row.

        Raises:
            TransferError: The store stayed away.
            StoreRefused: The store will never take rows.
        """
        if self._project is not None and hasattr(row, "project"):
            row = cast("Row", replace(cast("Any", row), project=self._project))
        add_row(self._batch, row)
        self._chars += _chars(row)
        if len(self._batch) >= MAX_ROWS or self._chars >= MAX_CHARS:
            await self.flush()

    async def flush(self) -> None:
        """Write what has been taken. Raises what `add` raises."""
        batch, self._batch, self._chars = self._batch, Batch(uuid7().hex), 0
        if not len(batch):
            return
        self.refused += await self._write(batch)
        for table in TABLES:
            self.written[table] += len(getattr(batch, table))
        self._on_rows(len(batch))

    async def _write(self, batch: Batch) -> int:
        for pause_s in PATIENCE_S:
            try:
                return await self._write_once(batch)
            except StoreUnavailable:
                await asyncio.sleep(pause_s)
        try:
            return await self._write_once(batch)
        except StoreUnavailable as error:
            raise TransferError(
                f"The store went away ({error}) after {self.written.total():,} rows; they are in "
                f"it. Import again when it is back: rows that it has are not stored twice."
            ) from error

    async def _write_once(self, batch: Batch) -> int:
        if self._lighten is not None:
            batch = await self._lighten(batch)
        return await self._store.write(batch)


def _chars(row: Row) -> int:
    if isinstance(row, SpanRecord):
        return 1_000 + len(row.input) + len(row.output)
    return 1_000
