"""The writer and processes that fork, just end, or are killed: what was put is stored once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from spanlit.storage import open_store
from spanlit.storage.clickhouse import available
from spanlit.storage.clickhouse.engine.endpoint import Endpoint
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.writing.writer import Writer, WriterOptions
from spanlit.tracing.record import SpanRecord
from tests.storage.conftest import end_engine
from tests.storage.support import (
    PROJECT,
    TRACE,
    ended_span,
    own_process,
    span_id,
    wait_until,
)

needs_chdb = pytest.mark.skipif(not available(), reason="needs chDB")


# --- forks and exits ------------------------------------------------------------------------
@needs_chdb
def test_a_forked_child_goes_on_by_itself(engine_folder: Path, tmp_path: Path) -> None:
    """In a subprocess of its own, because pytest has threads of its own."""
    code = f"""
import os, sys
from pathlib import Path
from spanlit.storage import open_store
from spanlit.storage.writing.writer import Writer
from tests.storage.support import ended_span
url = "chdb://{engine_folder}?database=forked"
writer = Writer(lambda: open_store(url, data_dir=Path(".")), Path("{tmp_path}/spool"))
writer.start()
writer.put(ended_span(0))
# A fork while the writer's thread imports the client would leave the child half a module.
writer.flush(30)
writer.put(ended_span(1))
child = os.fork()
if child == 0:
    writer.put(ended_span(2))
    stored = writer.flush(30)
    writer.stop(5)
    os._exit(0 if stored else 1)
_, status = os.waitpid(child, 0)
writer.put(ended_span(3))
stored = writer.flush(30)
sys.exit(os.waitstatus_to_exitcode(status) + 2 * (not stored))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)
    assert spans_in(f"chdb://{engine_folder}?database=forked") == {0, 1, 2, 3}


def test_a_forked_child_that_writes_nothing_leaves_no_trace(tmp_path: Path) -> None:
    """Between fork and exec, for example: what it began there would look like a death."""
    code = f"""
import os, threading
from pathlib import Path
from spanlit.storage.memory import MemoryStore
from spanlit.storage.writing.writer import Writer
store = MemoryStore()
writer = Writer(lambda: store, Path("{tmp_path}/spool"))
writer.start()
assert writer.flush(30)
child = os.fork()
if child == 0:
    os._exit(threading.active_count() - 1)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert len(list(Path("{tmp_path}/spool").iterdir())) == 1
writer.stop(5)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)


@needs_chdb
def test_a_process_that_just_ends_leaves_nothing_behind(
    engine_folder: Path, tmp_path: Path
) -> None:
    url = f"chdb://{engine_folder}?database=exited"
    code = f"""
from pathlib import Path
from spanlit.storage import open_store
from spanlit.storage.writing.writer import Writer
from tests.storage.support import ended_span
writer = Writer(lambda: open_store("{url}", data_dir=Path(".")), Path("{tmp_path}/spool"))
writer.start()
writer.put(ended_span(1))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)
    if not spans_in(url):  # it had no time to store: then it spooled, and the next one stores
        writer = Writer(lambda: open_store(url, data_dir=tmp_path), tmp_path / "spool")
        writer.start()
        assert writer.flush(30)
        writer.stop(5)
    assert spans_in(url) == {1}


@needs_chdb
def test_what_comes_after_the_main_thread_has_ended_waits_for_the_next_process(
    engine_folder: Path, tmp_path: Path
) -> None:
    url = f"chdb://{engine_folder}?database=outlived"
    code = f"""
import threading
from pathlib import Path
from spanlit.storage import open_store
from spanlit.storage.writing.writer import Writer
from tests.storage.support import ended_span

writer = Writer(lambda: open_store("{url}", data_dir=Path(".")), Path("{tmp_path}/spool"))
writer.start()
writer.put(ended_span(1))
assert writer.flush(30)

def outlive():
    threading.main_thread().join()
    writer.put(ended_span(2))
    writer.flush(1)  # Python's executors are gone, so the client cannot send
    assert not writer.status.dropped_rows, writer.status

threading.Thread(target=outlive).start()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)
    writer = Writer(lambda: open_store(url, data_dir=tmp_path), tmp_path / "spool")
    writer.start()
    assert writer.flush(30)
    writer.stop(5)
    assert spans_in(url) == {1, 2}


def spans_in(url: str) -> set[int]:
    """Numbers of the spans in a store; fails if a row is there twice."""

    async def read() -> list[str]:
        store = open_store(url, data_dir=Path())
        await store.open()
        assert isinstance(store, ClickHouseStore)
        result = await store._connection.call(
            lambda client: client.query("SELECT span_id FROM spans WHERE ended")
        )
        await store.close()
        return [row[0] for row in result.result_rows]

    found = asyncio.run(read())
    twice = [name for name, count in Counter(found).items() if count > 1]
    assert not twice, "rows are there twice"
    return {int(name, 16) for name in found}


# --- the engine and the process are killed --------------------------------------------------
@needs_chdb
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_an_engine_that_is_killed_under_load_costs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "clickhouse"
    url = f"chdb://{folder}"
    writer = Writer(
        lambda: open_store(url, data_dir=tmp_path), tmp_path / "spool", process=own_process()
    )
    writer.start()
    killed = 0
    for number in range(60):
        writer.put(*(ended_span(number * 100 + n, output="x" * 500) for n in range(100)))
        if number % 20 == 10:
            wait_until(lambda: answers(folder), "an engine to kill")
            endpoint = Endpoint.load(folder)
            assert endpoint
            os.kill(endpoint.pid, signal.SIGKILL)
            killed += 1
    assert writer.flush(120)
    assert (killed, writer.status.dropped_rows) == (3, 0)
    writer.stop(10)
    assert spans_in(url) == set(range(6_000))
    end_engine(folder)


def answers(folder: Path) -> bool:
    endpoint = Endpoint.load(folder)
    return bool(endpoint and endpoint.answers())


@needs_chdb
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_process_that_is_killed_loses_nothing_it_had_journalled(
    clickhouse_url: str, tmp_path: Path
) -> None:
    code = Path(__file__).parent / "writing_process.py"
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.writing_process", clickhouse_url, str(tmp_path)],
        cwd=code.parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout
        for line in child.stdout:
            if int(line) >= 2_000:
                break
        child.kill()
        said = max(map(int, [line, *child.stdout]))
    writer = Writer(
        lambda: open_store(clickhouse_url, data_dir=tmp_path),
        tmp_path / "spool",
        process=own_process("next"),
        options=WriterOptions(heartbeat_s=0.2),
    )
    writer.start()
    assert writer.flush(60)
    wait_until(lambda: 0 in spans_in(clickhouse_url), "the reaper", 60)
    assert spans_in(clickhouse_url) >= set(range(said + 1))
    writer.stop(10)
    (open_one,) = asyncio.run(read_spans(clickhouse_url, [0]))
    assert (open_one.status, open_one.output) == ("abandoned", "so far")


async def read_spans(url: str, numbers: Sequence[int]) -> list[SpanRecord]:
    store = open_store(url, data_dir=Path())
    await store.open()
    spans = [await store.span(PROJECT, TRACE, span_id(number)) for number in numbers]
    await store.close()
    return [span for span in spans if span]
