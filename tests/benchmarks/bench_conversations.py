"""How late tokens are with their readers while many conversations stream at once.

    python -m tests.benchmarks.bench_conversations [--conversations 200] [--seconds 10]

One server process with everything in memory; each conversation has a user, a socket and an
answer of 50 tokens a second. A token is the time at which it was made, so its reader, a
python-socketio client in this process, knows how late it is. The first two seconds, in which
the conversations begin, are not counted. The 95th percentile has a budget of 150 ms.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import psutil

from spanlit.testing.process import AppProcess
from tests.benchmarks.bench_stream import connected

TOKENS_PER_S = 50
WARM_UP_S = 2.0
CONNECT_AT_A_TIME = 10

APP = f"""
import asyncio
import time
import spanlit as cl

@cl.on_message
async def answer(message: cl.Message):
    seconds = float(message.content)
    started = time.perf_counter()
    reply = cl.Message(content="")
    for number in range(int(seconds * {TOKENS_PER_S})):
        due = started + number / {TOKENS_PER_S}
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await reply.stream_token(f"{{time.time():.6f}} ")
    await reply.send()
"""


class Reader:
    """What one client has received of its answer."""

    def __init__(self) -> None:
        self.tokens: list[tuple[float, float]] = []
        """When each token was made, and how many seconds later it was here."""
        self.ended = asyncio.Event()

    def on_frame(self, frame: dict[str, Any]) -> None:
        """Take what the server sent."""
        now = time.time()
        for event in frame["events"]:
            if event["type"] == "span-delta":
                made = [float(token) for token in event["text"].split()]
                self.tokens += [(at, now - at) for at in made]
            elif event["type"] == "turn-end":
                self.ended.set()


async def converse(url: str, seconds: float, connecting: asyncio.Semaphore) -> Reader:
    """Ask once and read the answer."""
    reader = Reader()
    async with connecting:
        connection = connected(url)
        client = await connection.__aenter__()
    try:
        client.on("frame", reader.on_frame)
        thread_id = (await command(client, "thread-open"))["thread_id"]
        await command(client, "message-send", thread_id=thread_id, text=str(seconds))
        async with asyncio.timeout(seconds + 60):
            await reader.ended.wait()
    finally:
        await connection.__aexit__(None, None, None)
    return reader


async def command(client: Any, kind: str, **fields: Any) -> dict[str, Any]:
    reply: dict[str, Any] = await client.call(
        "command", {"id": str(uuid.uuid4()), "type": kind, **fields}
    )
    assert reply["error"] is None, reply
    result: dict[str, Any] = reply["result"]
    return result


async def run(url: str, conversations: int, seconds: float) -> list[Reader]:
    connecting = asyncio.Semaphore(CONNECT_AT_A_TIME)
    return await asyncio.gather(*(converse(url, seconds, connecting) for _ in range(conversations)))


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def report(readers: list[Reader], conversations: int, seconds: float) -> None:
    tokens = [token for reader in readers for token in reader.tokens]
    assert len(tokens) == conversations * int(seconds * TOKENS_PER_S), "tokens are missing"
    begin = max(reader.tokens[0][0] for reader in readers)
    end = min(reader.tokens[-1][0] for reader in readers)
    counted = [late for made, late in tokens if begin + WARM_UP_S <= made <= end]
    p95 = statistics.quantiles(counted, n=20)[-1]
    print(f"{conversations} conversations, {TOKENS_PER_S} tokens/s each, {seconds:g} s")
    print(f"tokens counted, while all stream {len(counted):9,}")
    print(f"median lateness                  {1e3 * statistics.median(counted):9.1f} ms")
    print(f"p95 lateness                     {1e3 * p95:9.1f} ms")
    print(f"worst lateness                   {1e3 * max(counted):9.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        app = Path(name) / "app.py"
        app.write_text(APP)
        with AppProcess(app, environment={"SPANLIT_STORAGE__URL": "memory:"}) as server:
            process, own = psutil.Process(server.pid), psutil.Process()
            started, cpu, own_cpu = time.perf_counter(), cpu_s(process), cpu_s(own)
            readers = asyncio.run(run(server.url, arguments.conversations, arguments.seconds))
            passed = time.perf_counter() - started
            print(f"CPU of the server  {100 * (cpu_s(process) - cpu) / passed:5.0f} %")
            print(f"CPU of the clients {100 * (cpu_s(own) - own_cpu) / passed:5.0f} %")
    report(readers, arguments.conversations, arguments.seconds)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
