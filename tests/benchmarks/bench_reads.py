"""Reads from an embedded engine that holds many spans: latencies and bytes per span.

    python -m tests.benchmarks.bench_reads [--spans 1000000] [--rounds 30]

Turns of five spans with about fifteen attributes each over 30 days, five turns a thread; model
calls bear 1.5 to 7 kB of English-like text, and the turn repeats the answer. The answers are
decoded into records. The median of the reads of one whole trace has a budget of 30 ms, and the
disk one of 700 bytes per span.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from spanlit.storage import Batch, Store
from spanlit.storage.clickhouse.embedded import embedded_store
from spanlit.storage.models import Thread
from spanlit.tracing.record import DEFAULT_PROJECT, ENDED_VERSION, SpanRecord
from spanlit.tracing.types import AttributeValue, Kind
from tests.benchmarks.bench_ingest import bytes_per_span, make_text

KINDS: tuple[Kind, ...] = ("turn", "retrieval", "llm", "tool", "llm")
TURNS_PER_THREAD = 5
THREADS_PER_USER = 5
BATCH_TURNS = 4_000
DAYS_NS = 30 * 86_400 * 10**9
HOUR_NS = 3_600 * 10**9
SEED = 7


def trace_id(turn: int) -> str:
    bits: int = random.Random(turn).getrandbits(128)
    return f"{bits:032x}"


def thread_id(turn: int) -> str:
    return f"thread-{turn // TURNS_PER_THREAD}"


def user_id(turn: int) -> str:
    return f"user-{turn // TURNS_PER_THREAD // THREADS_PER_USER}"


class Generator:
    """Makes the spans of turns, in the order of their start."""

    def __init__(self, turns: int) -> None:
        self._rng = random.Random(SEED)
        self._text = make_text(self._rng)
        self._begin_ns = time.time_ns() - DAYS_NS
        self._step_ns = DAYS_NS // turns
        self.text_bytes = 0

    def turn(self, turn: int) -> Iterator[SpanRecord]:
        question, answer = self._cut(50, 300), self._cut(900, 4_000)
        bodies = (
            (question, answer),
            (question, self._cut(500, 1_500)),
            (self._cut(600, 3_500), self._cut(900, 4_000)),
            (self._cut(100, 300), self._cut(300, 1_500)),
            (self._cut(600, 3_500), answer),
        )
        root = f"{self._rng.getrandbits(64):016x}"
        start_ns = self._begin_ns + turn * self._step_ns
        for place, (kind, (asked, answered)) in enumerate(zip(KINDS, bodies, strict=True)):
            self.text_bytes += len(asked) + len(answered)
            calls = kind == "llm"
            yield SpanRecord(
                trace_id=trace_id(turn),
                span_id=f"{self._rng.getrandbits(64):016x}" if place else root,
                name=f"{kind} step",
                start_time_ns=start_ns + place * 10**8,
                parent_span_id=root if place else None,
                kind=kind,
                end_time_ns=start_ns + place * 10**8 + self._rng.randrange(10**9),
                version=ENDED_VERSION,
                status="ok",
                input=asked,
                output=answered,
                thread_id=thread_id(turn),
                user_id=user_id(turn),
                provider="openai" if calls else "",
                model=f"model-{turn % 8}" if calls else "",
                input_tokens=len(asked) // 4 if calls else 0,
                output_tokens=len(answered) // 4 if calls else 0,
                cost_usd=0.001 if calls else 0.0,
                process_id="bench",
                scope_name="bench",
                attributes=self._attributes(turn),
                resource={"service.name": "bench", "process.pid": 4100},
            )

    def _cut(self, shortest: int, longest: int) -> str:
        start = self._rng.randrange(len(self._text) - longest)
        return self._text[start : start + self._rng.randint(shortest, longest)]

    def _attributes(self, turn: int) -> dict[str, AttributeValue]:
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": f"model-{turn % 8}",
            "gen_ai.request.temperature": 0.7,
            "gen_ai.request.max_tokens": 2048,
            "gen_ai.request.stream": True,
            "gen_ai.response.id": f"chatcmpl-{self._rng.getrandbits(96):024x}",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": self._rng.randrange(900),
            "gen_ai.usage.output_tokens": self._rng.randrange(1_000),
            "server.address": "api.openai.com",
            "server.port": 443,
            "http.response.status_code": 200,
            "session.id": thread_id(turn),
            "user.id": user_id(turn),
        }


async def fill(store: Store, turns: int) -> float:
    """Write everything and return the bytes of text per span."""
    generator = Generator(turns)
    for first in range(0, turns, BATCH_TURNS):
        part = range(first, min(first + BATCH_TURNS, turns))
        await store.write(
            Batch(
                f"batch-{first}",
                spans=[span for turn in part for span in generator.turn(turn)],
                threads=[
                    Thread(thread_id(turn), user_id(turn), f"Thread {turn}", turn, turn)
                    for turn in part
                    if turn % TURNS_PER_THREAD == 0
                ],
            )
        )
    return generator.text_bytes / (turns * len(KINDS))


async def measure(
    name: str, rounds: int, read: Callable[[int], Awaitable[int]], turns: int
) -> None:
    """Time `read(turn)` for random turns; it returns how many rows it got."""
    rng = random.Random(SEED)
    times: list[float] = []
    rows = 0
    for _ in range(rounds):
        turn = rng.randrange(turns)
        started = time.perf_counter()
        rows = await read(turn)
        times.append(1e3 * (time.perf_counter() - started))
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:24} median {statistics.median(times):7.1f} ms, p95 {p95:7.1f} ms, {rows} rows")


async def read_all(store: Store, rounds: int, turns: int) -> None:
    """Measure each kind of read that a page makes."""

    async def trace(turn: int) -> int:
        return len(await store.trace(DEFAULT_PROJECT, trace_id(turn)))

    async def tree(turn: int) -> int:
        return len(await store.trace(DEFAULT_PROJECT, trace_id(turn), bodies=False))

    async def thread_spans(turn: int) -> int:
        return len(await store.thread_spans(DEFAULT_PROJECT, thread_id(turn)))

    async def totals(turn: int) -> int:
        return len(await store.turn_totals(DEFAULT_PROJECT, thread_id(turn)))

    async def threads(turn: int) -> int:
        return len((await store.threads(DEFAULT_PROJECT, user_id(turn))).items)

    async def open_spans(_: int) -> int:
        since_ns = time.time_ns() - 24 * HOUR_NS
        return len(await store.open_spans(DEFAULT_PROJECT, since_ns=since_ns))

    for read in (trace, tree, thread_spans, totals, threads, open_spans):
        await measure(read.__name__, rounds, read, turns)


async def run(spans: int, rounds: int, folder: Path) -> None:
    store = embedded_store("chdb:", folder)
    await store.open()
    turns = spans // len(KINDS)
    started = time.perf_counter()
    text = await fill(store, turns)
    filled_s = time.perf_counter() - started
    print(f"filled with {spans:,} spans in {filled_s:.0f} s, {text:,.0f} bytes of text each")
    rows, size = await bytes_per_span("chdb:", folder)  # it merges, so the reads are not disturbed
    print(f"disk, merged: {size:,.0f} bytes/span, {rows:,} rows")
    await read_all(store, rounds, turns)
    await store.close()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="spanlit-bench-"))
    try:
        asyncio.run(run(arguments.spans, arguments.rounds, folder))
    finally:
        # The engine stops by itself when its folder is gone, and tidies up meanwhile.
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
