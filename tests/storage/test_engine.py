"""The embedded engine's process: started, shared, restarted, stopped, and refused."""

import asyncio
import http.client
import http.server
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

from spanlit.storage import Batch, StoreRefused, StoreUnavailable, open_store
from spanlit.storage.clickhouse import available
from spanlit.storage.clickhouse.engine import support
from spanlit.storage.clickhouse.engine.endpoint import FILE, HOST, Endpoint
from spanlit.storage.clickhouse.engine.launcher import LOG, ensure
from spanlit.storage.clickhouse.store import ClickHouseStore
from tests.storage.conftest import end_engine
from tests.storage.support import PROJECT, TRACE, await_until, ended_span, wait_until

pytestmark = pytest.mark.skipif(not available(), reason="needs chDB")

HOLD_FOLDER = """
import chdb, sys
connection = chdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose engine is ended after the test."""
    folder = tmp_path / "clickhouse"
    yield folder
    end_engine(folder)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def request(endpoint: Endpoint, query: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, endpoint.port, timeout=10)
    try:
        connection.request("POST", "/", query, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


# --- one engine for all ---------------------------------------------------------------------
def test_one_engine_serves_all_who_ask_at_once(folder: Path) -> None:
    progress: list[float] = []
    with ThreadPoolExecutor(4) as pool:
        endpoints = list(pool.map(lambda _: ensure(folder, on_progress=progress.append), range(4)))
    assert len(set(endpoints)) == 1
    assert progress
    assert progress[0] < 1
    assert ensure(folder) == endpoints[0]


def test_its_secret_is_for_its_owner_only(engine_folder: Path) -> None:
    mode = (engine_folder / FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(engine_folder.stat().st_mode) == 0o700
    endpoint = ensure(engine_folder)
    status, body = request(endpoint, "SELECT 1")
    assert (status, b"Authentication failed" in body) == (403, True)
    for headers in (
        {"X-ClickHouse-User": "spanlit", "X-ClickHouse-Key": "guess"},
        {"Authorization": "Basic guess"},
        {"Authorization": "Basic \xff"},
        {"X-ClickHouse-User": "default", "X-ClickHouse-Key": endpoint.secret},
    ):
        assert request(endpoint, "SELECT 1", **headers)[0] == 403


def test_it_speaks_to_curl_like_clients(engine_folder: Path) -> None:
    endpoint = ensure(engine_folder)
    login = {"X-ClickHouse-User": "spanlit", "X-ClickHouse-Key": endpoint.secret}
    assert request(endpoint, "SELECT 1 + 1", **login) == (200, b"2\n")
    assert request(endpoint, "SELECT 1 AS a FORMAT JSONEachRow", **login) == (200, b'{"a":1}\n')
    status, body = request(endpoint, "SELECT nonsense", **login)
    assert (status, body.startswith(b"Code: 47.")) == (500, True)
    assert request(endpoint, "", **login)[0] == 500
    assert (
        b"Unknown compression"
        in request(endpoint, "SELECT 1", **login, **{"Content-Encoding": "br"})[1]
    )


def test_another_server_on_its_old_port_is_not_taken_for_it(
    folder: Path, engine_folder: Path
) -> None:
    folder.mkdir()
    alive = ensure(engine_folder)
    Endpoint(pid=1, port=alive.port, secret="old").save(folder)
    assert ensure(folder).port != alive.port


def test_who_repeats_what_it_said_on_its_old_port_is_not_taken_for_it(
    engine_folder: Path,
) -> None:
    alive = ensure(engine_folder)
    connection = http.client.HTTPConnection(HOST, alive.port, timeout=10)
    connection.request("GET", "/ping")
    said = connection.getresponse().getheaders()
    connection.close()

    class Impostor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in said:
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer((HOST, 0), Impostor) as impostor:
        threading.Thread(target=impostor.serve_forever).start()
        try:
            left_behind = Endpoint(alive.pid, impostor.server_port, alive.secret)
            assert not left_behind.answers()
            assert alive.answers()
        finally:
            impostor.shutdown()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"port": "x"}'])
def test_a_broken_endpoint_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert Endpoint.load(tmp_path) is None


# --- its end --------------------------------------------------------------------------------
async def test_a_killed_engine_is_replaced_under_an_open_store(folder: Path) -> None:
    store = open_store(f"chdb://{folder}", data_dir=folder)
    await store.open()
    for number in range(3):
        await store.write(Batch(f"batch-{number}", spans=[ended_span(number)]))
        os.kill(ensure(folder).pid, signal.SIGKILL)
        assert len(await store.trace(PROJECT, TRACE)) == number + 1
    await asyncio.gather(*(store.trace(PROJECT, TRACE) for _ in range(8)))
    await store.close()


def test_a_signal_ends_it_cleanly_and_nothing_is_left_behind(folder: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        endpoint = ensure(folder)
        os.kill(endpoint.pid, number)
        wait_until(partial(is_gone, endpoint.pid), "the engine's end")
        assert not (folder / FILE).exists()
    assert "Traceback" not in (folder / LOG).read_text()


def test_it_stops_when_nobody_asks(folder: Path) -> None:
    endpoint = ensure(folder, idle_stop_s=0.5)
    wait_until(lambda: is_gone(endpoint.pid), "the engine's end")
    assert not (folder / FILE).exists()


def test_it_stops_when_its_folder_disappears(folder: Path) -> None:
    endpoint = ensure(folder)
    shutil.rmtree(folder)
    wait_until(lambda: is_gone(endpoint.pid), "the engine's end")
    assert not folder.exists()


# --- refusals -------------------------------------------------------------------------------
def test_a_folder_that_a_foreign_engine_holds(folder: Path) -> None:
    folder.mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_FOLDER, str(folder / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout
        assert holder.stdin
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreRefused, match="in use by a ClickHouse or chDB process that"):
            ensure(folder)
        holder.stdin.close()
    assert ensure(folder).answers()  # and nothing was corrupted


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreRefused, match=r"cannot be used .*storage\.data_dir"):
        ensure(tmp_path / "file" / "clickhouse")


def test_a_path_that_clickhouse_would_misread(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="question mark"):
        ensure(tmp_path / "what?")


@pytest.mark.parametrize(
    ("names", "whose"),
    [
        (("PG_VERSION", "base"), "the data of a Postgres server"),
        (("metadata", "store", "status", "data"), "the data of another ClickHouse or chDB"),
        (("thesis.odt",), r"files that are not Spanlit's \(thesis\.odt\)"),
    ],
)
def test_a_folder_that_is_someone_elses(tmp_path: Path, names: tuple[str, ...], whose: str) -> None:
    tmp_path.chmod(0o755)
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(StoreRefused, match=f"holds {whose}; choose an empty folder"):
        ensure(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_that_a_foreign_chdb_made(tmp_path: Path) -> None:
    code = "import chdb, sys; chdb.connect(sys.argv[1]).query('CREATE DATABASE mine')"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    with pytest.raises(StoreRefused, match="another ClickHouse or chDB"):
        ensure(tmp_path)


def test_a_disk_that_is_read_only(tmp_path: Path) -> None:
    with read_only(tmp_path / "disk") as disk:
        for folder in (disk, disk / "clickhouse"):
            with pytest.raises(StoreRefused, match=r"cannot be used \(Read-only file system\)"):
                ensure(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Mount an empty read-only disk, where that is allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# --- memory ---------------------------------------------------------------------------------
async def test_a_query_that_takes_too_much_memory_is_ended_and_nothing_else(folder: Path) -> None:
    store = open_store(f"chdb://{folder}?memory_mb=300", data_dir=folder)
    await store.open()
    await store.write(Batch("batch-1", spans=[ended_span()]))
    assert isinstance(store, ClickHouseStore)
    settings = "'max_server_memory_usage', 'mark_cache_size'"
    result = await store._connection.read(
        lambda client: client.query(
            f"SELECT value FROM system.server_settings WHERE name IN ({settings}) ORDER BY name"
        )
    )
    assert result.result_rows == [("18750000",), ("300000000",)]
    pid = ensure(folder).pid
    greedy = "SELECT groupArray(number) FROM numbers(100000000) FORMAT Null"  # 800 MB
    with pytest.raises(StoreUnavailable, match="MEMORY_LIMIT_EXCEEDED"):
        await store._connection.read(lambda client: client.command(greedy))
    assert len(await store.trace(PROJECT, TRACE)) == 1
    await store.close()
    assert ensure(folder).pid == pid
    await await_until(lambda: anonymous_memory(pid) < 200_000_000, "memory is given back")


def anonymous_memory(pid: int) -> int:
    """Bytes of a process without the pages of its program."""
    memory = psutil.Process(pid).memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


@pytest.mark.parametrize("memory_mb", ["lots", "0", "299"])
def test_too_little_memory_is_refused(memory_mb: str, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match=f"memory_mb={memory_mb}; it is a number of at least"):
        open_store(f"chdb:?memory_mb={memory_mb}", data_dir=tmp_path)


def test_an_engine_that_dies_while_it_starts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StoreUnavailable, match=r"died while it started .*engine\.log: empty"):
        ensure(folder)


def test_an_engine_that_takes_too_long(folder: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"did not start within 0\.01 s"):
        ensure(folder, timeout_s=0.01)


def test_a_machine_without_chdb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(support, "find_spec", lambda name: None)
    assert not available()
    with pytest.raises(StoreRefused, match=r"pip install 'spanlit\[embedded\]'"):
        ensure(tmp_path / "x")


def test_a_machine_without_avx2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "_has_avx2", lambda: False)
    assert "AVX2" in (support.why_unavailable() or "")


def test_an_operating_system_without_chdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert "win32" in (support.why_unavailable() or "")


def test_asking_does_not_import_chdb() -> None:
    """A fork after that import dead-locks, so the app's process must never do it."""
    code = (
        "import sys, spanlit.storage.clickhouse as c; c.available();"
        "import spanlit.storage.clickhouse.embedded; print('chdb' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"


def test_writing_does_not_import_pandas(engine_folder: Path) -> None:
    """It comes with chDB and costs 1.7 s, which every start of an app would pay."""
    code = (
        "import asyncio, sys; from pathlib import Path; from spanlit.storage import *;"
        "from tests.storage.support import *\n"
        "async def main():\n"
        f"    store = open_store('chdb://{engine_folder}', data_dir=Path('.'))\n"
        "    await store.open()\n"
        "    await store.write(Batch('b', spans=[ended_span()]))\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
        "print([name for name in ('pandas', 'numpy', 'pyarrow') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


async def test_waiting_for_an_engine_does_not_block_the_loop(folder: Path) -> None:
    store = open_store(f"chdb://{folder}", data_dir=folder)
    opening = asyncio.create_task(store.open())
    turns = 0
    while not opening.done():
        await asyncio.sleep(0.01)
        turns += 1
    await opening
    await store.close()
    assert turns > 10


async def test_a_proxy_of_the_environment_is_not_asked(
    engine_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    store = open_store(f"chdb://{engine_folder}", data_dir=tmp_path)
    await store.open()
    await store.ping()
    await store.close()


async def test_a_store_is_shared_by_processes(folder: Path) -> None:
    """Two writers in two processes, one engine, one view."""
    code = (
        "import asyncio, sys; from pathlib import Path; from spanlit.storage import *;"
        "from tests.storage.support import *\n"
        "async def main():\n"
        "    store = open_store(sys.argv[1], data_dir=Path('.'))\n"
        "    await store.open()\n"
        "    await store.write(Batch(sys.argv[2], spans=[ended_span(int(sys.argv[2]))]))\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    url = f"chdb://{folder}"
    children = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, str(number))
        for number in (1, 2)
    ]
    assert [await child.wait() for child in children] == [0, 0]
    store = open_store(url, data_dir=folder)
    await store.open()
    assert len(await store.trace(PROJECT, TRACE)) == 2
    await store.close()
