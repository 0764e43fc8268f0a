"""Stores that are stopped and started under load, and what must be in them afterwards."""

import asyncio
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil

from spanlit.storage import Store, open_store
from spanlit.storage.clickhouse.engine.endpoint import Endpoint
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.explore.query import Aggregation
from spanlit.storage.store import TABLES
from spanlit.tracing.record import ENDED_VERSION, SpanRecord
from tests.storage.postgres_server import PostgresServer
from tests.storage.support import PROJECT, SECOND, span_id

MODELS = ("small", "large", "huge")


class Backend(Protocol):
    """A store of its own that a test may end and start."""

    url: str

    def end(self, how: signal.Signals) -> None: ...

    def start(self) -> None: ...

    def remove(self) -> None: ...


class EngineBackend:
    """An embedded ClickHouse. Whoever needs it starts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"chdb://{folder}"

    def end(self, how: signal.Signals) -> None:
        endpoint = Endpoint.load(self._folder)
        if endpoint is not None:
            with suppress(psutil.NoSuchProcess):
                engine = psutil.Process(endpoint.pid)
                engine.send_signal(how)
                psutil.wait_procs([engine], timeout=20)

    def start(self) -> None:
        """Nothing to do."""

    def remove(self) -> None:
        self.end(signal.SIGTERM)


class PostgresBackend:
    """A Postgres server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        server.start()
        self.url = server.new_database()

    def end(self, how: signal.Signals) -> None:
        if how is signal.SIGKILL:
            self._server.kill()
        else:
            self._server.stop()  # at once, as Postgres does for SIGINT, not for SIGTERM

    def start(self) -> None:
        self._server.start()

    def remove(self) -> None:
        self._server.remove()


def model_call(number: int, start_ns: int, **changes: Any) -> SpanRecord:
    """A finished model call from whose number follows all that is counted."""
    values: dict[str, Any] = {
        "trace_id": f"{number // 100 + 1:032x}",
        "span_id": span_id(number),
        "name": f"call {number}",
        "start_time_ns": start_ns + number,
        "end_time_ns": start_ns + number + SECOND,
        "version": ENDED_VERSION,
        "status": "ok",
        "kind": "llm",
        "model": MODELS[number % 3],
        "input_tokens": number % 7,
        "input": f"question {number}",
    }
    return SpanRecord(**values | changes)


def sums_of(numbers: Iterable[int]) -> dict[str, tuple[int, int]]:
    """Calls and tokens by model, as the client counts them."""
    sums: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for number in numbers:
        count, tokens = sums[MODELS[number % 3]]
        sums[MODELS[number % 3]] = (count + 1, tokens + number % 7)
    return dict(sums)


async def _rows_in(url: str, table: str) -> list[Any]:
    async with Opened(url) as store:
        rows: list[Any] = []
        cursor: str | None = None
        while True:
            page = await store.housekeeping.scan(PROJECT, table, cursor=cursor, limit=5_000)
            rows += page.items
            cursor = page.next_cursor
            if cursor is None:
                return rows


def rows_in(url: str, table: str) -> list[Any]:
    """All rows of a table, newest versions."""
    assert table in TABLES
    return asyncio.run(_rows_in(url, table))


def calls_in(url: str) -> list[int]:
    """Numbers of the stored calls; fails if one is there twice or a sum is wrong."""
    spans = [span for span in rows_in(url, "spans") if span.name.startswith("call ")]
    numbers = [int(span.name.removeprefix("call ")) for span in spans]
    # Abandoned spans do not count in statistics.
    asyncio.run(_check(url, [n for n, s in zip(numbers, spans, strict=True) if s.status == "ok"]))
    return numbers


async def _check(url: str, numbers: list[int]) -> None:
    async with Opened(url) as store:
        query = Aggregation(since_ns=0, until_ns=2 * 10**18, by=("model",))
        rows = await store.explorer.aggregate(query)
        sums = {row.group[0]: (row.count, row.input_tokens) for row in rows if row.group[0]}
        assert sums == sums_of(numbers)
        if isinstance(store, ClickHouseStore):  # where rows can be there twice
            found = await store._connection.call(
                lambda client: client.query("SELECT span_id FROM spans WHERE ended")
            )
            twice = Counter(row[0] for row in found.result_rows) - Counter(
                {row[0] for row in found.result_rows}
            )
            assert not twice, f"rows are there twice: {twice}"


class Opened:
    def __init__(self, url: str) -> None:
        self._store = open_store(url, data_dir=Path())

    async def __aenter__(self) -> Store:
        await self._store.open()
        return self._store

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """Mount a file system of `size` bytes on `folder`; say whether that is permitted."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = os.system(f"mount -t tmpfs -o size={size} tmpfs {folder} 2>/dev/null") == 0
    try:
        yield mounted
    finally:
        if mounted:
            os.system(f"umount -l {folder}")
