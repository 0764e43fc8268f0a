"""The embedded engine's memory at idle and under load, and what its work does to the app's loop.

    python -m tests.benchmarks.bench_engine [--spans 50000] [--memory-mb 1000]

Anonymous memory is the engine's own; the rest of RSS is pages of its program file, which the
kernel shares between processes and takes back. The loop's delay is how much later than asked a
timer of 5 ms fires in the process of the app, whose core the engine may be using.
"""

import argparse
import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Self

import psutil
from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage import Batch, StoreUnavailable, open_store
from spanlit.storage.clickhouse.engine.launcher import ensure
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.explore.query import Aggregation
from tests.benchmarks.bench_queries import SINCE_NS, UNTIL_NS, fill

TIMER_S = 0.005
HEAVY = "SELECT sum(cityHash64(number, toString(number))) FROM numbers(60000000)"
GREEDY = "SELECT groupArray(number) FROM numbers(400000000) FORMAT Null"
MB = 1_000_000


class Memory:
    """The highest memory of a process, looked at every 20 ms by a thread."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self.rss = self.anonymous = 0
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            info = self._process.memory_info()
            self.rss = max(self.rss, info.rss)
            self.anonymous = max(self.anonymous, info.rss - info.shared)
            if self._stop.wait(0.02):
                return


async def delays_while(work: Awaitable[object]) -> list[float]:
    """Delays of timers in ms, sorted, while something is awaited."""
    task = asyncio.ensure_future(work)
    delays = []
    while not task.done():
        start = time.perf_counter()
        await asyncio.sleep(TIMER_S)
        delays.append((time.perf_counter() - start - TIMER_S) * 1_000)
    await task
    return sorted(delays)


async def measure(name: str, pid: int, work: Awaitable[object]) -> None:
    """Do something and print the memory and the delays meanwhile."""
    start = time.perf_counter()
    with Memory(pid) as memory:
        delays = await delays_while(work)
    print(
        f"{name:38} {time.perf_counter() - start:6.1f} s  RSS {memory.rss / MB:5.0f} MB"
        f"  anonymous {memory.anonymous / MB:5.0f} MB  loop p50 {delays[len(delays) // 2]:5.2f} ms"
        f"  p99 {delays[int(len(delays) * 0.99)]:5.2f} ms  max {delays[-1]:5.1f} ms",
        flush=True,
    )


async def run(folder: Path, spans: int, memory_mb: int) -> None:
    """Print one line for each kind of work."""
    store = open_store(f"chdb://{folder}?memory_mb={memory_mb}", data_dir=folder)
    assert isinstance(store, ClickHouseStore)
    await store.open()
    pid = ensure(folder).pid
    connection = store._connection

    async def ask(sql: str) -> None:
        async def command(client: AsyncClient) -> None:
            await client.command(sql)

        await connection.read(command)

    async def refused() -> None:
        try:
            await ask(GREEDY)
        except StoreUnavailable:
            return
        print("the greedy query was not refused: is --memory-mb large?")

    await measure("idle after the start", pid, asyncio.sleep(3))
    await measure(f"ingest of {spans:,} spans", pid, asyncio.to_thread(ingest, folder, spans))
    await measure("one span a second", pid, trickle(store))
    query = Aggregation(SINCE_NS, UNTIL_NS, by=("model",), every="hour")
    await measure("latency by model and hour, 30 days", pid, store.explorer.aggregate(query))
    await measure("a heavy query", pid, ask(HEAVY))
    await measure("a query beyond the limit, refused", pid, refused())
    await asyncio.sleep(5)
    await measure("idle again", pid, asyncio.sleep(3))
    await store.close()
    psutil.Process(pid).terminate()


def ingest(folder: Path, spans: int) -> None:
    """Write spans from a thread with a loop of its own, as the writer does."""

    async def write() -> None:
        store = open_store(f"chdb://{folder}", data_dir=folder)
        await store.open()
        await fill(store, spans)
        await store.close()

    asyncio.run(write())


async def trickle(store: ClickHouseStore) -> None:
    """Write a little, as a quiet app does."""
    for number in range(5):
        await store.write(Batch(f"trickle-{number}"))
        await store.ping()
        await asyncio.sleep(1)


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--spans", type=int, default=50_000)
    parser.add_argument("--memory-mb", type=int, default=1_000)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-engine-"))
    try:
        asyncio.run(run(folder, arguments.spans, arguments.memory_mb))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
