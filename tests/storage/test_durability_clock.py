"""Clocks that jump: processes whose `time.time` is wrong, or changes under way."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.storage.durability import Backend, calls_in, rows_in
from tests.storage.support import wait_until

ROOT = Path(__file__).parents[2]
YEAR_NS = 365.25 * 86_400e9
JUMPS = {"1970": int(-56.8 * YEAR_NS), "2100": int(73.5 * YEAR_NS)}

JUMPING = """
import os, sys, time
from pathlib import Path

real, offset = time.time_ns, 0
time.time_ns = lambda: real() + offset
time.time = lambda: (real() + offset) / 1e9

from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writing.writer import Writer, WriterOptions
from tests.storage.durability import model_call

url, folder, jump, name = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
start, first = real(), int(name) * 1_000
own = Process(name, "elsewhere", os.getpid(), start, start)
writer = Writer(
    lambda: open_store(url, data_dir=folder),
    folder / "spool",
    process=own,
    options=WriterOptions(heartbeat_s=0.1, abandon_after_s=1.0),
)
writer.start()
running = model_call(
    first, start, end_time_ns=None, version=1, status="running", process_id=name
)
writer.put(running, *(model_call(first + n, start) for n in range(1, 50)))
assert writer.flush(30)
offset = jump
writer.put(*(model_call(first + n, start) for n in range(50, 100)))
assert writer.flush(10), "a batch waited for the clock"
print("jumped", flush=True)
sys.stdin.readline()
offset = 0
writer.put(*(model_call(first + n, start) for n in range(100, 150)))
assert writer.flush(10)
print("back", flush=True)
sys.stdin.readline()
"""

WATCHING = """
import os, sys, time
from pathlib import Path
from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writing.writer import Writer, WriterOptions

url, folder, jump = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
real = time.time_ns
time.time_ns = lambda: real() + jump
now = time.time_ns()
writer = Writer(
    lambda: open_store(url, data_dir=folder),
    folder / "spool",
    process=Process("watching", "here", os.getpid(), now, now),
    options=WriterOptions(heartbeat_s=0.1, abandon_after_s=1.0),
)
writer.start()
assert writer.flush(30)
print("watching", flush=True)
sys.stdin.readline()
"""


def child(code: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def hear(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout
    assert process.stdout.readline() == f"{word}\n"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_process_whose_clock_jumps_lives_until_it_dies(backend: Backend, tmp_path: Path) -> None:
    """Two whose clocks jump, to either side, watched by those who are right and who are misled."""
    with ExitStack() as running:
        jumping = [
            running.enter_context(child(JUMPING, backend.url, tmp_path, jump, year))
            for year, jump in JUMPS.items()
        ]
        watching = [
            running.enter_context(child(WATCHING, backend.url, tmp_path, jump))
            for jump in (0, *JUMPS.values())
        ]
        for process in jumping:
            hear(process, "jumped")
        for process in watching:
            hear(process, "watching")
        time.sleep(2.0)  # more than twice what makes a silent process dead
        assert statuses_of_first(backend) == ["running"] * 2
        for process in jumping:
            say(process)
            hear(process, "back")
        time.sleep(1.5)
        assert statuses_of_first(backend) == ["running"] * 2
        for process in jumping:
            process.kill()
        wait_until(lambda: statuses_of_first(backend) == ["abandoned"] * 2, "the reaper")
        for process in watching:
            say(process)
    wanted = [int(year) * 1_000 + n for year in JUMPS for n in range(150)]
    assert sorted(calls_in(backend.url)) == wanted


def say(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def statuses_of_first(backend: Backend) -> list[str]:
    """Of the call that each of those that jump has left open."""
    firsts = {f"call {int(year) * 1_000}" for year in JUMPS}
    return [span.status for span in rows_in(backend.url, "spans") if span.name in firsts]
