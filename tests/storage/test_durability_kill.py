"""What is killed: the server in a burst, the database under load, one of two writers."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from spanlit.storage import open_store
from spanlit.storage.writing.writer import Writer, WriterOptions
from spanlit.testing import AppProcess, BlockingChatClient
from tests.storage.durability import Backend, calls_in, model_call, rows_in
from tests.storage.support import thread, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]

APP = """
import asyncio

from opentelemetry import trace

import spanlit as cl
from spanlit.storage.writing.writer import Writer
from spanlit.tracing import get_recorder
from tests.storage.durability import MODELS


@cl.on_message
async def burst(message):
    tracer = trace.get_tracer("burst")
    (writer,) = (sink for sink in get_recorder()._sinks if isinstance(sink, Writer))
    for number in range(10_000):
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": MODELS[number % 3],
            "gen_ai.usage.input_tokens": number % 7,
            "input.value": "question " * 50,
        }
        with tracer.start_as_current_span(f"call {number}", attributes=attributes):
            pass
        if number % 250 == 249:
            await asyncio.to_thread(get_recorder().flush)
            while writer._courier._inbox:
                await asyncio.sleep(0.001)
            print("journalled", number + 1, flush=True)
"""


def segments(spool: Path) -> list[Path]:
    return list(spool.rglob("*.seg"))


def test_a_server_that_is_killed_in_a_burst_loses_nothing(backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    environment = {"SPANLIT_STORAGE__URL": backend.url, "PYTHONPATH": str(ROOT)}
    server = AppProcess(tmp_path / "app.py", environment=environment)
    with server:
        with BlockingChatClient(server.url) as chat:
            chat.post("go")
            server.wait_for_output("journalled 5000")
            server.kill()
        said = int(re.findall(r"journalled (\d+)", server.output)[-1])
        assert 5_000 <= said < 10_000
        server.start()
        spool = tmp_path / ".spanlit" / "spool"
        wait_until(lambda: not segments(spool), "what the dead one left")
    found = calls_in(backend.url)
    assert sorted(found) == sorted(set(found))
    assert set(found) >= set(range(said))
    statuses = {span.name: span.status for span in rows_in(backend.url, "spans")}
    assert "running" not in statuses.values()


def test_a_database_that_dies_again_and_again_costs_nothing(
    backend: Backend, tmp_path: Path
) -> None:
    writer = Writer(
        lambda: open_store(backend.url, data_dir=tmp_path),
        tmp_path / "spool",
        options=WriterOptions(retry_max_s=0.5),
    )
    writer.start()
    assert writer.flush(30)
    slowest = 0.0
    begin = time.time_ns()
    for number in range(60):
        rows = [model_call(number * 100 + n, begin, output="x" * 500) for n in range(100)]
        before = time.perf_counter()
        writer.put(*rows, thread(f"thread-{number}"))
        slowest = max(slowest, time.perf_counter() - before)
        if number % 20 == 5:
            backend.end(signal.SIGKILL if number > 20 else signal.SIGTERM)
        if number % 20 == 15:
            backend.start()
        time.sleep(0.02)
    assert writer.flush(60)
    status = writer.status
    writer.stop(10)
    assert slowest < 0.5, "put waited for the store"
    assert (status.dropped_rows, status.shed_bodies) == (0, 0)
    assert calls_in(backend.url) == list(range(6_000))  # by start: their order
    assert len(rows_in(backend.url, "threads")) == 60


def test_of_two_writers_one_is_killed_and_the_other_one_sends(
    backend: Backend, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.storage.calling_process", backend.url, str(tmp_path)]
    first, second = (
        subprocess.Popen([*command, offset], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for offset in ("0", "100000")
    )
    with first, second:
        assert first.stdout
        assert second.stdout
        said = [wait_for(first.stdout, 1_500), wait_for(second.stdout, 101_500)]
        first.kill()
        said[0] = max([said[0], *map(int, first.stdout)])
        # The living one adopts what the dead one left with its next heartbeat.
        wait_until(lambda: len(folders(tmp_path / "spool")) == 1, "the other one to adopt", 30)
        second.send_signal(signal.SIGTERM)
        said[1] = max([said[1], *map(int, second.stdout)])
        assert second.wait(30) == 0
    found = set(calls_in(backend.url))
    assert found >= set(range(said[0]))
    assert found >= set(range(100_000, said[1]))


def wait_for(output: Iterable[str], number: int) -> int:
    return next(int(line) for line in output if int(line) >= number)


def folders(spool: Path) -> list[Path]:
    return [path for path in spool.iterdir() if path.is_dir()]
