"""What a streamed token costs the server, and how soon 5,000 of them are with a client.

    python tests/benchmarks/bench_stream.py [--chainlit-python PATH]

The server is a process of its own, started by `spanlit run` with everything in memory; the
client is python-socketio over the loopback. The cost is the time that 5,000 calls of
`stream_token` take in the hook (wall) and the CPU time of the whole server process from the
first call until the client has the text. `PATH` is the Python of an environment with
chainlit==2.12.0, whose server then does the same.
"""

import argparse
import asyncio
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import psutil
import socketio

from spanlit.testing.process import AppProcess

TOKENS = 5_000
ROUNDS = 7
TEXT = "".join(f"word{number} " for number in range(TOKENS))

APP = f"""
import time
import {{package}} as cl

@cl.on_message
async def answer(_: cl.Message):
    message = cl.Message(content="")
    started = time.perf_counter()
    for number in range({TOKENS}):
        await message.stream_token(f"word{{{{number}}}} ")
    spent = time.perf_counter() - started
    await message.send()
    await cl.Message(content=f"spent {{{{spent}}}}").send()
"""


class Round(NamedTuple):
    """One answer of 5,000 tokens; times in seconds."""

    in_hook: float
    until_received: float
    server_cpu: float
    events: int


class Listener:
    """What a client has received."""

    def __init__(self) -> None:
        self.text = ""
        self.spent: float | None = None
        self.events = 0
        self.complete_at = 0.0
        self._changed = asyncio.Event()

    def take(self, text: str) -> None:
        """More of the answer came."""
        self.events += 1
        self.text += text
        if len(self.text) >= len(TEXT) and not self.complete_at:
            self.complete_at = time.perf_counter()
            self._changed.set()

    def take_message(self, text: str) -> None:
        """A whole message came."""
        if text.startswith("spent "):
            self.spent = float(text.split()[1])
            self._changed.set()

    async def finished(self) -> None:
        """Wait until everything has come."""
        async with asyncio.timeout(60):
            while self.spent is None or not self.complete_at:
                self._changed.clear()
                await self._changed.wait()
        assert self.text == TEXT


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[socketio.AsyncClient]:
    """A socket with the cookies of a first visit."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{url}/"):
            client = socketio.AsyncClient(http_session=http, reconnection=False)
        await client.connect(url, socketio_path="ws/socket.io", transports=["websocket"], **options)
        try:
            yield client
        finally:
            await client.disconnect()


async def measure(process: psutil.Process, listener: Listener, ask: Callable[[], Any]) -> Round:
    """Ask once and wait for the answer."""
    before = sum(process.cpu_times()[:2])
    started = time.perf_counter()
    await ask()
    await listener.finished()
    cpu = sum(process.cpu_times()[:2]) - before
    assert listener.spent is not None
    return Round(listener.spent, listener.complete_at - started, cpu, listener.events)


async def spanlit_round(url: str, process: psutil.Process) -> Round:
    """One answer of Spanlit."""
    listener = Listener()

    def on_frame(frame: dict[str, Any]) -> None:
        for event in frame["events"]:
            if event["type"] == "span-delta":
                listener.take(event["text"])
            elif event["type"] == "span-end" and event["message"]:
                listener.take_message(event["message"]["text"])

    async with connected(url) as client:
        client.on("frame", on_frame)

        async def command(kind: str, **fields: Any) -> dict[str, Any]:
            payload = {"id": str(uuid.uuid4()), "type": kind, **fields}
            reply: dict[str, Any] = await client.call("command", payload)
            assert reply["error"] is None, reply
            result: dict[str, Any] = reply["result"]
            return result

        thread_id = (await command("thread-open"))["thread_id"]
        return await measure(
            process, listener, lambda: command("message-send", thread_id=thread_id, text="go")
        )


async def chainlit_round(url: str, process: psutil.Process) -> Round:
    """One answer of Chainlit."""
    listener = Listener()
    auth = {
        "sessionId": str(uuid.uuid4()),
        "clientType": "webapp",
        "userEnv": "{}",
        "chatProfile": "",
        "threadId": "",
    }
    async with connected(url, auth=auth) as client:
        client.on("stream_start", lambda step: listener.take(step["output"]))
        client.on("stream_token", lambda token: listener.take(token["token"]))
        client.on("new_message", lambda step: listener.take_message(step["output"]))
        await client.emit("connection_successful")
        message = {
            "id": str(uuid.uuid4()),
            "threadId": "",
            "type": "user_message",
            "name": "user",
            "output": "go",
            "createdAt": "2026-11-20T10:00:00.000Z",
        }
        payload = {"message": message, "fileReferences": []}
        return await measure(process, listener, lambda: client.emit("client_message", payload))


def report(name: str, rounds: list[Round]) -> None:
    """Print the medians of the rounds but the first, which warms up.

    Of the CPU time it is the mean, because systems count that in ticks of 10 ms.
    """
    in_hook, received, _, events = (
        statistics.median(values) for values in zip(*rounds[1:], strict=True)
    )
    cpu = statistics.fmean(round_.server_cpu for round_ in rounds[1:])
    print(
        f"{name:9} {in_hook / TOKENS * 1e6:7.1f} µs/token in the hook "
        f"{cpu / TOKENS * 1e6:7.1f} µs/token server CPU "
        f"{received * 1e3:8.0f} ms until the client has {TOKENS} tokens "
        f"in {events:.0f} events"
    )


def bench_spanlit(folder: Path) -> None:
    """Measure Spanlit."""
    app = folder / "app.py"
    app.write_text(APP.format(package="spanlit"))
    with AppProcess(app, environment={"SPANLIT_STORAGE__URL": "memory:"}) as server:
        process = psutil.Process(server.pid)
        report("Spanlit", [asyncio.run(spanlit_round(server.url, process)) for _ in range(ROUNDS)])


def bench_chainlit(folder: Path, python: str) -> None:
    """Measure Chainlit."""
    app = folder / "chainlit_app.py"
    app.write_text(APP.format(package="chainlit"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [python, "-m", "chainlit", "run", str(app), "--headless", "--port", str(port)]
    environment = {**os.environ, "CHAINLIT_APP_ROOT": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        assert server.stdout is not None
        try:
            while not re.search(rb"available at", server.stdout.readline()):
                pass
            url = f"http://127.0.0.1:{port}"
            process = psutil.Process(server.pid)
            report("Chainlit", [asyncio.run(chainlit_round(url, process)) for _ in range(ROUNDS)])
        finally:
            server.terminate()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chainlit-python", help="Python with chainlit==2.12.0")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench_spanlit(Path(name))
        if arguments.chainlit_python:
            bench_chainlit(Path(name), arguments.chainlit_python)


if __name__ == "__main__":
    main()
