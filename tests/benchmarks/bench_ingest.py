"""Ingest through the writer into the embedded engine: spans per second, start time, bytes per span.

    python tests/benchmarks/bench_ingest.py [--spans 100000]

Spans look like those of an OTLP batch of a chat application: traces of five spans, about
fifteen attributes each, bodies of 2 kB of English-like text.
"""

import argparse
import asyncio
import gc
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

from spanlit.storage.clickhouse.embedded import embedded_store
from spanlit.storage.clickhouse.engine.launcher import ensure
from spanlit.storage.models import Process
from spanlit.storage.writing.writer import Writer
from spanlit.tracing.record import ENDED_VERSION, SpanRecord
from spanlit.tracing.types import AttributeValue, Kind

BODY_BYTES = 2_000
SPANS_PER_TRACE = 5
PUT_ROWS = 200
BACKLOG_ROWS = 20_000
RESOURCE: dict[str, AttributeValue] = {
    "service.name": "bench",
    "service.version": "1.4.2",
    "process.pid": 4100,
}


def make_text(rng: random.Random) -> str:
    """A megabyte of words with the frequencies of a language, to cut bodies from."""
    syllables = [a + b for a in "bcdfghklmnprst" for b in "aeiou"]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return " ".join(rng.choices(words, weights, k=180_000))


def make_spans(count: int, rng: random.Random) -> list[SpanRecord]:
    """Finished spans of chat turns, in start order."""
    text = make_text(rng)
    kinds: list[Kind] = ["turn", "retrieval", "llm", "tool", "llm"]
    now_ns = time.time_ns()
    spans: list[SpanRecord] = []
    trace_id = root_id = ""
    for number in range(count):
        place = number % SPANS_PER_TRACE
        if place == 0:
            trace_id, root_id = f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(64):016x}"
        thread_id = f"thread-{number // 25}"
        split = rng.randint(200, BODY_BYTES - 200)
        start, rest = rng.randrange(len(text) - 4_000), rng.randrange(len(text) - 4_000)
        spans.append(
            SpanRecord(
                trace_id=trace_id,
                span_id=root_id if place == 0 else f"{rng.getrandbits(64):016x}",
                name=f"{kinds[place]} step",
                start_time_ns=now_ns + number * 1_000_000,
                parent_span_id=None if place == 0 else root_id,
                kind=kinds[place],
                end_time_ns=now_ns + number * 1_000_000 + rng.randrange(10**9),
                version=ENDED_VERSION,
                status="ok",
                input=text[start : start + split],
                output=text[rest : rest + BODY_BYTES - split],
                thread_id=thread_id,
                user_id=f"user-{number % 1_000}",
                provider="openai",
                model="gpt-4o",
                input_tokens=split // 4,
                output_tokens=(BODY_BYTES - split) // 4,
                cost_usd=0.001,
                process_id="bench",
                scope_name="bench",
                attributes={
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.request.model": "gpt-4o",
                    "gen_ai.request.temperature": 0.7,
                    "gen_ai.request.max_tokens": 2048,
                    "gen_ai.response.id": f"chatcmpl-{rng.getrandbits(96):024x}",
                    "gen_ai.response.finish_reasons": ["stop"],
                    "gen_ai.usage.input_tokens": split // 4,
                    "gen_ai.usage.output_tokens": (BODY_BYTES - split) // 4,
                    "server.address": "api.openai.com",
                    "server.port": 443,
                    "http.response.status_code": 200,
                    "session.id": thread_id,
                    "user.id": f"user-{number % 1_000}",
                    "user.plan": "pro",
                },
                resource=dict(RESOURCE),
            )
        )
    return spans


async def bytes_per_span(url: str, folder: Path) -> tuple[int, float]:
    """Count the rows and measure their bytes once all is merged."""
    store = embedded_store(url, folder)
    await store.open()
    connection = store._connection
    await connection.call(lambda client: client.command("OPTIMIZE TABLE spans FINAL"))
    result = await connection.call(
        lambda client: client.query(
            "SELECT sum(rows), sum(bytes_on_disk) FROM system.parts "
            "WHERE active AND database = currentDatabase() AND table = 'spans'"
        )
    )
    await store.close()
    rows, size = result.result_rows[0]
    return rows, size / rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=100_000)
    count: int = parser.parse_args().spans
    folder = Path(tempfile.mkdtemp(prefix="spanlit-bench-"))
    try:
        run(count, folder)
    finally:
        # The engine stops by itself when its folder is gone, and tidies up meanwhile.
        shutil.rmtree(folder, ignore_errors=True)


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def run(count: int, folder: Path) -> None:
    started = time.perf_counter()
    engine = psutil.Process(ensure(folder / "clickhouse").pid)
    print(f"engine start            {time.perf_counter() - started:8.2f} s")
    spans = make_spans(count, random.Random(7))
    gc.freeze()  # the heap of this script is not what is measured
    writer = Writer(
        lambda: embedded_store("chdb:", folder),
        folder / "spool",
        process=Process("bench", "bench", 1, time.time_ns(), time.time_ns()),
    )
    writer.start()
    writer.flush(10)
    started, cpu, engine_cpu = time.perf_counter(), time.process_time(), cpu_s(engine)
    for start in range(0, count, PUT_ROWS):
        writer.put(*spans[start : start + PUT_ROWS])
        while writer.status.spooled_rows > BACKLOG_ROWS:  # what a receiver's back-pressure does
            time.sleep(0.01)
    put_s = time.perf_counter() - started
    if not writer.flush(120):
        sys.exit(f"not stored in time: {writer.status}")
    total_s = time.perf_counter() - started
    cpu, engine_cpu = time.process_time() - cpu, cpu_s(engine) - engine_cpu
    print(f"put                     {count / put_s:8,.0f} spans/s")
    print(
        f"put to stored           {count / total_s:8,.0f} spans/s, {BODY_BYTES} bytes of text each"
    )
    print(f"CPU of this process     {1e6 * cpu / count:8.1f} us/span")
    print(f"CPU of the engine       {1e6 * engine_cpu / count:8.1f} us/span")
    print(f"memory of the engine    {engine.memory_info().rss / 2**20:8,.0f} MB")
    print(f"dropped                 {writer.status.dropped_rows:8}")
    writer.stop(5)
    rows, size = asyncio.run(bytes_per_span("chdb:", folder))
    print(f"rows stored             {rows:8,}")
    print(f"disk, merged            {size:8,.0f} bytes/span")


if __name__ == "__main__":
    main()
