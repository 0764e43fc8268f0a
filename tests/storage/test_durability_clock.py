"""Clocks that jump: processes whose `time.time` is wrong, or changes under way."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.storage.durability import Backend, calls_in, rows_in
from tests.storage.support import wait_until

ROOT = Path(__file__).parents[2]
YEARS = {"1970": -56.8, "2100": 73.5}

JUMPING = """
import os, sys, time
from pathlib import Path

real, offset = time.time_ns, 0
time.time_ns = lambda: real() + offset
time.time = lambda: (real() + offset) / 1e9

from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writer import Writer, WriterOptions
from tests.storage.durability import model_call

url, folder, jump = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
start = real()
own = Process("jumping", "elsewhere", os.getpid(), start, start)
writer = Writer(
    lambda: open_store(url, data_dir=folder),
    folder / "spool",
    process=own,
    options=WriterOptions(heartbeat_s=0.1, abandon_after_s=1.0),
)
writer.start()
running = model_call(
    0, start, end_time_ns=None, version=1, status="running", process_id="jumping"
)
writer.put(running, *(model_call(n, start) for n in range(1, 50)))
assert writer.flush(30)
offset = jump
writer.put(*(model_call(n, start) for n in range(50, 100)))
assert writer.flush(10), "a batch waited for the clock"
print("jumped", flush=True)
sys.stdin.readline()
offset = 0
writer.put(*(model_call(n, start) for n in range(100, 150)))
assert writer.flush(10)
print("back", flush=True)
sys.stdin.readline()
"""

WATCHING = """
import os, sys, time
from pathlib import Path
from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writer import Writer, WriterOptions

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
@pytest.mark.timeout(90)
@pytest.mark.parametrize("year", YEARS)
def test_a_process_whose_clock_jumps_lives_until_it_dies(
    backend: Backend, tmp_path: Path, year: str
) -> None:
    jump = int(YEARS[year] * 365.25 * 86_400e9)
    with (
        child(JUMPING, backend.url, tmp_path, jump) as jumping,
        child(WATCHING, backend.url, tmp_path, 0) as watching,
        child(WATCHING, backend.url, tmp_path, jump) as misled,
    ):
        hear(jumping, "jumped")
        hear(watching, "watching")
        hear(misled, "watching")
        time.sleep(2.0)  # more than twice what makes a silent process dead
        assert status_of_first(backend) == "running"
        say(jumping)
        hear(jumping, "back")
        time.sleep(1.5)
        assert status_of_first(backend) == "running"
        jumping.kill()
        wait_until(lambda: status_of_first(backend) == "abandoned", "the reaper")
        say(watching)
        say(misled)
    assert calls_in(backend.url)[1:] == list(range(1, 150))


def say(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def status_of_first(backend: Backend) -> str:
    (status,) = {s.status for s in rows_in(backend.url, "spans") if s.name == "call 0"}
    return str(status)
