"""Lists, sums and traces from a store that holds many spans: latencies and bytes per span.

    python -m tests.benchmarks.bench_queries --store chdb --spans 1000000 [--rounds 20]
    python -m tests.benchmarks.bench_queries --store postgresql://user:password@host/database

Realistic spans of 30 days are written through `Store.write`, as the writer does: model calls and
turns with a row while they are open, and one when they end. Answers are decoded into records.
Budgets in embedded ClickHouse at a million spans: newest traces with filters 20 ms (p95 50 ms),
latency per model and hour 60 ms, one trace 30 ms.
"""

import argparse
import asyncio
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from spanlit.storage import Batch, Store, open_store
from spanlit.storage.explore.query import Aggregation, Condition, SpanQuery, TraceQuery
from spanlit.tracing.record import DEFAULT_PROJECT
from tests.benchmarks.realistic_spans import DAY_NS, RealisticSpans, start_row

UNTIL_NS = 1_795_000_000 * 10**9
SINCE_NS = UNTIL_NS - 30 * DAY_NS
BATCH_SPANS = 10_000
SEED = 5

Read = Callable[[random.Random], Awaitable[int]]


async def fill(store: Store, spans: int) -> tuple[list[str], int]:
    """Write the spans; return the ids of their traces, and how many spans there are."""
    maker = RealisticSpans(spans, until_ns=UNTIL_NS)
    trace_ids: list[str] = []
    batch = Batch("batch-0")
    written = 0
    started = time.perf_counter()
    for turn in maker:
        trace_ids.append(turn[0].trace_id)
        batch.spans += [row for span in turn if (row := start_row(span))]
        batch.spans += turn
        written += len(turn)
        if len(batch) >= BATCH_SPANS:
            batch.threads, maker.threads = maker.threads, []
            await store.write(batch)
            batch = Batch(f"batch-{written}")
    await store.write(batch)
    took_s = time.perf_counter() - started
    print(f"{written:,} spans of {maker.text_bytes / written:,.0f} bytes of text", end=", ")
    print(f"written and made at {written / took_s:,.0f} spans/s")
    return trace_ids, written


def reads(store: Store, trace_ids: list[str], words: list[str]) -> dict[str, Read]:
    """Name -> what asks one question, and returns how many rows it got."""
    explorer = store.explorer

    def traces(days: int, **conditions: Any) -> Read:
        async def read(rng: random.Random) -> int:
            # Somewhat different each time, so that no cache of answers helps.
            until_ns = UNTIL_NS - rng.randrange(DAY_NS // 24)
            given: dict[str, Any] = {
                name: tuple(make(rng) for make in made) for name, made in conditions.items()
            }
            query = TraceQuery(until_ns - days * DAY_NS, until_ns, **given)
            return len((await explorer.traces(query)).items)

        return read

    def spans(*made: Callable[[random.Random], Condition]) -> Read:
        async def read(rng: random.Random) -> int:
            until_ns = UNTIL_NS - rng.randrange(DAY_NS // 24)
            query = SpanQuery(SINCE_NS, until_ns, where=tuple(make(rng) for make in made))
            return len((await explorer.spans(query)).items)

        return read

    def sums(days: int, **changes: Any) -> Read:
        async def read(rng: random.Random) -> int:
            until_ns = UNTIL_NS - rng.randrange(DAY_NS // 24)
            query = Aggregation(until_ns - days * DAY_NS, until_ns, **changes)
            return len(await explorer.aggregate(query))

        return read

    def is_(field: str, op: Any, value: Any) -> Callable[[random.Random], Condition]:
        return lambda rng: Condition(field, op, value)

    def user(rng: random.Random) -> Condition:
        return Condition("user", "=", f"user-{rng.randrange(5_000):05}")

    def address(rng: random.Random) -> Condition:
        value = f"10.0.{rng.randrange(256)}.{rng.randrange(256)}"
        return Condition("attributes.client.address", "=", value)

    def rare_word(rng: random.Random) -> Condition:
        return Condition("text", "contains", rng.choice(words[-4_000:]))

    async def trace(rng: random.Random) -> int:
        return len(await store.trace(DEFAULT_PROJECT, rng.choice(trace_ids)))

    async def tree(rng: random.Random) -> int:
        return len(await store.trace(DEFAULT_PROJECT, rng.choice(trace_ids), bodies=False))

    calls = (Condition("kind", "=", "llm"),)
    error, slow = is_("status", "=", "error"), is_("duration_ms", ">", 60_000)
    pro = is_("attributes.user.plan", "=", "pro")
    return {
        "newest 50 traces": traces(30),
        "newest 50 traces, errors": traces(30, where=[error]),
        "newest 50 traces, attribute": traces(30, where=[pro]),
        "newest 50 traces, errors of pro": traces(30, where=[error, pro]),
        "newest 50 traces, tag": traces(30, where=[is_("tag", "=", "team")]),
        "newest 50 traces, rare tag": traces(30, where=[is_("tag", "=", "rare")]),
        "newest 50 traces, slow": traces(30, where=[slow]),
        "traces of a user": traces(30, where=[user]),
        "traces by a unique attribute": traces(30, where=[address]),
        "traces with a failing tool": traces(
            30, any_span=[is_("kind", "=", "tool"), is_("status", "=", "error")]
        ),
        "traces dearer than $0.05": traces(30, totals=[is_("cost_usd", ">", 0.05)]),
        "text, rare word": traces(30, where=[rare_word]),
        "text, two common words": traces(30, where=[is_("text", "contains", "ba co")]),
        "text, Chinese": traces(30, where=[is_("text", "contains", "人有我")]),
        "newest 50 spans, slow tools": spans(
            is_("kind", "=", "tool"), is_("duration_ms", ">", 1_000)
        ),
        "p50/p95 by model and hour, 7 days": sums(7, where=calls, by=("model",), every="hour"),
        "p50/p95 by model and hour, 30 days": sums(30, where=calls, by=("model",), every="hour"),
        "cost by user, 30 days": sums(30, by=("user",)),
        "one trace": trace,
        "one trace as a tree": tree,
    }


async def measure(name: str, rounds: int, read: Read) -> None:
    """Time `read` and print one row of the table."""
    rng = random.Random(SEED)
    await read(rng)
    times_ms, rows = [], 0
    for _ in range(rounds):
        started = time.perf_counter()
        rows = await read(rng)
        times_ms.append(1e3 * (time.perf_counter() - started))
    p95 = statistics.quantiles(times_ms, n=20)[-1]
    print(f"| {name:36} | {statistics.median(times_ms):7.1f} | {p95:7.1f} | {rows:5} |", flush=True)


async def run(url: str, spans: int, rounds: int, folder: Path) -> None:
    store = open_store(url, data_dir=folder)
    await store.open()
    trace_ids, written = await fill(store, spans)
    sizes = {size.name: size.size for size in await store.housekeeping.sizes()}
    print(f"{sizes['spans'] / written:,.0f} bytes per span on disk\n")
    words = RealisticSpans(spans, until_ns=UNTIL_NS).texts.words
    print(f"| {'ms':36} | {'median':>7} | {'p95':>7} | {'rows':>5} |\n|---|---|---|---|")
    for name, read in reads(store, trace_ids, words).items():
        await measure(name, rounds, read)
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default="chdb", help="chdb, or a storage.url")
    parser.add_argument("--spans", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    url = "chdb:" if arguments.store == "chdb" else arguments.store
    folder = Path(tempfile.mkdtemp(prefix="spanlit-bench-"))
    try:
        asyncio.run(run(url, arguments.spans, arguments.rounds, folder))
    finally:
        # The engine stops by itself when its folder is gone, and tidies up meanwhile.
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
