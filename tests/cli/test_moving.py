"""`spanlit export` and `spanlit import` with a real store, beside a running server."""

import asyncio
import gzip
import json
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanlit.storage.clickhouse import why_unavailable
from spanlit.testing import AppProcess, ChatClient
from tests.cli.conftest import Spanlit
from tests.cli.test_data_folder import end_engine
from tests.storage.support import wait_until

pytestmark = pytest.mark.skipif(bool(why_unavailable()), reason="needs spanlit[embedded]")

DUMPS = Path(__file__).parents[1] / "storage" / "chainlit"


@pytest.fixture(autouse=True)
def _engines(tmp_path: Path) -> Iterator[None]:
    """Ends the engines of a test."""
    yield
    for folder in tmp_path.glob("**/clickhouse"):
        end_engine(folder)


def talk(url: str, *texts: str) -> str:
    """Say something to an app and return the id of the thread."""

    async def send() -> str:
        async with ChatClient(url) as chat:
            for text in texts:
                await chat.send(text)
            (thread,) = await chat.threads()
            return str(thread.id)

    return asyncio.run(send())


def rows(path: Path, table: str) -> list[dict[str, object]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = [json.loads(line) for line in data.splitlines()]
    return [line[1] for line in lines[1:] if line[0] == table]


def test_export_while_the_server_runs(spanlit: Spanlit, echo_app: Path) -> None:
    """The embedded engine is shared; both see the same rows, and the server goes on."""
    out = echo_app.parent / "out.jsonl"
    with AppProcess(echo_app) as server:
        thread_id = talk(server.url, "remember me")
        result = spanlit("export", out)
        talk(server.url, "and this")

    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert "Exported " in result.stderr
    spans = rows(out, "spans")
    assert [span["output"] for span in spans if span["kind"] == "message"] == ["remember me"] * 2
    assert [thread["id"] for thread in rows(out, "threads")] == [thread_id]


@pytest.mark.parametrize("name", ["all.jsonl.gz", "all.parquet"])
def test_from_one_store_to_another(spanlit: Spanlit, echo_app: Path, name: str) -> None:
    """A second import changes nothing."""
    with AppProcess(echo_app) as server:
        talk(server.url, "one", "two")
    assert spanlit("export", "before.jsonl").returncode == 0
    assert spanlit("export", name).returncode == 0
    before = rows(echo_app.parent / "before.jsonl", "spans")

    for _ in range(2):
        result = spanlit("import", name, "--project", "copy")
        assert result.returncode == 0, result.stderr
        assert f"Imported {len(before)} spans, 1 thread" in result.stderr

    assert spanlit("export", "after.jsonl", "--project", "copy").returncode == 0
    after = rows(echo_app.parent / "after.jsonl", "spans")
    assert after == [{**span, "project": "copy"} for span in before]


def test_one_thread_and_otlp(spanlit: Spanlit, echo_app: Path) -> None:
    with AppProcess(echo_app) as server:
        thread_id = talk(server.url, "one")
        talk(server.url, "another")

    assert spanlit("export", "thread.jsonl", "--thread", thread_id).returncode == 0
    otlp = spanlit("export", "thread.otlp.jsonl", "--thread", thread_id)
    again = spanlit("import", "thread.otlp.jsonl", "--project", "other")

    spans = rows(echo_app.parent / "thread.jsonl", "spans")
    assert {span["thread_id"] for span in spans} == {thread_id}
    assert f"Exported {len(spans)} spans to thread.otlp.jsonl." in otlp.stderr
    assert f"Imported {len(spans)} spans." in again.stderr


def test_standard_streams(spanlit: Spanlit, echo_app: Path) -> None:
    with AppProcess(echo_app) as server:
        talk(server.url, "hello")

    exported = spanlit("export", "-")
    imported = subprocess.run(
        [sys.executable, "-m", "spanlit", "import", "-", "--project", "copy"],
        input=exported.stdout,
        capture_output=True,
        text=True,
        check=False,
        cwd=echo_app.parent,
        timeout=30,
    )

    assert json.loads(exported.stdout.splitlines()[0])["format"] == "spanlit"
    assert imported.returncode == 0, imported.stderr
    copied = spanlit("export", "-", "--project", "copy")
    assert '"project":"copy"' in copied.stdout
    assert '"project":"default"' not in copied.stdout


def test_chainlit_and_its_files(spanlit: Spanlit, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "chainlit.db")
    connection.executescript((DUMPS / "sqlite.sql").read_text("utf-8"))
    (key,) = connection.execute(
        "SELECT objectKey FROM elements WHERE name = 'chart.png'"
    ).fetchone()
    connection.close()
    file = tmp_path / "files" / key
    file.parent.mkdir(parents=True)
    file.write_bytes(b"PNG of a chart")

    result = spanlit("import", "--from", "chainlit", "chainlit.db", "--files", "files")

    assert result.returncode == 0, result.stderr
    assert "Imported 15 spans, 3 threads, 2 users, 2 elements, 2 scores." in result.stderr
    assert "Did not come: 1 files of elements that are not here" in result.stderr

    assert spanlit("export", "out.jsonl", "--blobs").returncode == 0
    (blob,) = (tmp_path / "out.jsonl.blobs").iterdir()
    assert blob.read_bytes() == b"PNG of a chart"
    (element,) = [e for e in rows(tmp_path / "out.jsonl", "elements") if e["object_key"]]
    assert element["object_key"] == blob.name

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "spanlit.toml").write_text("")
    again = spanlit("import", "out.jsonl", "--config", "new/spanlit.toml")
    assert "1 blob" in again.stderr
    assert len(list((tmp_path / "new" / ".spanlit" / "blobs").glob("*/*"))) == 1


def test_damage_stops_or_is_skipped(spanlit: Spanlit, tmp_path: Path) -> None:
    user = {"identifier": "x", "created_at_ns": 1, "updated_at_ns": 2}
    lines = ['{"format":"spanlit","version":1}']
    lines += [json.dumps(["users", {**user, "id": f"user-{number}"}]) for number in range(3)]
    lines[2] = lines[2][:30]
    (tmp_path / "bad.jsonl").write_text("\n".join([*lines, '["end",{}]']))

    stopped = spanlit("import", "bad.jsonl")
    skipped = spanlit("import", "bad.jsonl", "--skip-damaged")

    assert stopped.returncode == 1
    assert "bad.jsonl: line 3 is damaged" in stopped.stderr
    assert "What stands before it is in the store (1 user)" in stopped.stderr
    assert skipped.returncode == 0
    assert "Imported 2 users." in skipped.stderr
    assert "Skipped: bad.jsonl: line 3 is damaged" in skipped.stderr


def test_what_cannot_work_is_one_sentence(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / ".spanlit").mkdir()
    nowhere = "clickhouse://ada:s3cret@127.0.0.1:1/db"
    for arguments, message in (
        (["import", "photo.png"], "photo.png is not a file that can be imported"),
        (["import", "none.jsonl"], "none.jsonl: No such file or directory."),
        (["import", ".", "--store", "chdb:"], ". has no .parquet file of Spanlit"),
        (["import", "photo.png", "--timezone", "Mars"], "--timezone Mars is not known"),
        (["import", "--from", "chainlit", "photo.png"], "photo.png cannot be read as an SQLite"),
        (["import", "--from", "chainlit", "postgresql://a:s3cret@127.0.0.1:1/x"], "cannot be"),
        (["export", "x", "--store", "memory:"], "lives in the process of the server"),
        (["export", "x", "--store", "ftp://ada:s3cret@host"], '--store is "ftp://***@host"'),
        (["export", "x", "--store", nowhere], "127.0.0.1:1/db cannot be reached"),
        (["export", "x", "--since", "soon"], "--since soon is neither a date"),
        (["export", "-", "--format", "parquet"], "stdout takes jsonl and otlp only"),
        (["export", "x", "--config", "none.toml"], "There is no file none.toml."),
    ):
        result = spanlit(*arguments)

        assert result.returncode == 1, (arguments, result.stderr)
        assert message in result.stderr
        assert "Traceback" not in result.stderr
        assert "s3cret" not in result.stderr
        assert result.stderr.startswith("spanlit: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".spanlit", "photo.png"]


def test_targets_that_cannot_be_written(spanlit: Spanlit, echo_app: Path) -> None:
    with AppProcess(echo_app) as server:
        talk(server.url, "x" * 20_000)
    (echo_app.parent / "there.jsonl").write_text("mine")

    missing = spanlit("export", "none/out.jsonl")
    there = spanlit("export", "there.jsonl")
    full = subprocess.run(
        [sys.executable, "-m", "spanlit", "export", "out.jsonl"],
        capture_output=True,
        text=True,
        check=False,
        cwd=echo_app.parent,
        timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
    )

    assert missing.stderr == "spanlit: none/out.jsonl: No such file or directory.\n"
    assert "there.jsonl exists already" in there.stderr
    assert (echo_app.parent / "there.jsonl").read_text() == "mine"
    assert full.stderr == "spanlit: out.jsonl: File too large.\n"
    assert [result.returncode for result in (missing, there, full)] == [1, 1, 1]
    assert not [path for path in echo_app.parent.iterdir() if "out.jsonl" in path.name]


def test_ctrl_c_ends_an_import_that_waits(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "spanlit", "import", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdin is not None
    process.stdin.write('{"format":"spanlit","version":1}\n')
    process.stdin.flush()
    wait_until((tmp_path / ".spanlit" / "clickhouse").exists, "the import is under way")
    process.send_signal(signal.SIGINT)
    code = process.wait(timeout=30)  # its stdin stays open
    _, errors = process.communicate()

    assert code == 130
    assert "Traceback" not in errors
    assert "stopped before it was done" in errors
