"""A data folder that this `spanlit run` cannot use: refused, and what is in it stays as it was."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clickhouse_connect
import psutil
import pytest

from spanlit.storage.clickhouse import why_unavailable
from spanlit.storage.clickhouse.engine.endpoint import HOST, USER, Endpoint
from spanlit.testing import AppProcess, ChatClient
from tests.cli.conftest import Spanlit

pytestmark = pytest.mark.skipif(bool(why_unavailable()), reason="needs spanlit[embedded]")

FOREIGN_ENGINE = """\
import chdb, sys
connection = chdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def engine_folder(echo_app: Path) -> Iterator[Path]:
    """Where the engine of the app keeps its data; its process ends with the test."""
    folder = echo_app.parent / ".spanlit" / "clickhouse"
    yield folder
    end_engine(folder)


def end_engine(folder: Path) -> None:
    endpoint = Endpoint.load(folder)
    if endpoint is not None and psutil.pid_exists(endpoint.pid):
        os.kill(endpoint.pid, signal.SIGTERM)
        psutil.wait_procs([psutil.Process(endpoint.pid)], timeout=10)


def talk(app: Path) -> dict[str, str]:
    """Say something to the app, end it, and return who said it."""

    async def send(url: str) -> dict[str, str]:
        async with ChatClient(url) as chat:
            await chat.send("remember me")
            return chat.cookies

    with AppProcess(app) as server:
        return asyncio.run(send(server.url))


def remembered(app: Path, cookies: dict[str, str]) -> list[str]:
    """What the app knows of the person's only thread when it runs again."""

    async def look(url: str) -> list[str]:
        async with ChatClient(url, cookies=cookies) as chat:
            (thread,) = await chat.threads()
            await chat.open(thread.id)
            return [message.text for message in chat.messages]

    with AppProcess(app) as server:
        return asyncio.run(look(server.url))


def run_sql(folder: Path, statement: str) -> None:
    endpoint = Endpoint.load(folder)
    assert endpoint is not None
    with clickhouse_connect.get_client(
        host=HOST,
        port=endpoint.port,
        username=USER,
        password=endpoint.secret,
        database="spanlit",
        autogenerate_session_id=False,
    ) as client:
        client.command(statement)


@contextmanager
def foreign_engine(folder: Path) -> Iterator[None]:
    """A chDB of somebody else has the folder open."""
    process = subprocess.Popen(
        [sys.executable, "-c", FOREIGN_ENGINE, str(folder / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield


def test_a_newer_schema(spanlit: Spanlit, echo_app: Path, engine_folder: Path) -> None:
    cookies = talk(echo_app)
    run_sql(
        engine_folder,
        "INSERT INTO schema_migrations (version, name, checksum, engine_version) "
        "VALUES (9999, '9999_future', 'x', '99.1')",
    )

    result = spanlit("run", "app.py", "--port", "0")

    assert result.returncode == 1
    assert "has the schema 9999_future of a newer Spanlit" in result.stderr
    assert "Traceback" not in result.stderr
    assert "available" not in result.stdout
    run_sql(engine_folder, "DELETE FROM schema_migrations WHERE version = 9999")
    assert remembered(echo_app, cookies) == ["remember me", "remember me"]


def test_a_foreign_engine(spanlit: Spanlit, echo_app: Path, engine_folder: Path) -> None:
    cookies = talk(echo_app)
    end_engine(engine_folder)

    with foreign_engine(engine_folder):
        result = spanlit("run", "app.py", "--port", "0")

    assert result.returncode == 1
    assert "is in use by a ClickHouse or chDB process that Spanlit did not start" in result.stderr
    assert "Traceback" not in result.stderr
    assert "available" not in result.stdout
    assert remembered(echo_app, cookies) == ["remember me", "remember me"]
