"""A ClickHouse server for tests: the engine of any chDB behind our HTTP interface.

    python -m tests.storage.engine_server FOLDER [--config FILE] [--user NAME] [--cluster]

PYTHONPATH says which chDB, and with it which ClickHouse. The first line of the output is its port;
it ends when its standard input does. With --cluster it takes statements for clusters: no engine
without a Keeper carries out ON CLUSTER and Replicated, so both are taken out. What is left is
real: the cluster `one` of `engine_config`, and Distributed tables.
"""

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parent.parent.parent
USER = "spanlit"
PASSWORD = "pass/word"


@dataclass(frozen=True)
class EngineServer:
    """A server that runs."""

    port: int
    pid: int
    user: str

    def url(self, database: str, options: str = "") -> str:
        return (
            f"clickhouse://{self.user}:pass%2Fword@127.0.0.1:{self.port}/{database}?compress=off"
            + options
        )


@contextmanager
def engine_server(
    folder: Path,
    *,
    chdb: Path | None = None,
    config: Path | None = None,
    user: str = USER,
    cluster: bool = False,
) -> Iterator[EngineServer]:
    """Run a server on a folder, with a chDB that lies in another folder, until the end.

    What its one user may do, the configuration says; only their name in HTTP is `user`.
    """
    command = [sys.executable, "-P", "-m", "tests.storage.engine_server", str(folder)]
    command += ["--user", user, *(["--cluster"] if cluster else [])]
    command += ["--config", str(config)] if config else []
    paths = [str(path) for path in (chdb, ROOT) if path]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, f"the engine of {chdb or 'the environment'} did not start"
        yield EngineServer(int(line), process.pid, user)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--user", default=USER)
    parser.add_argument("--cluster", action="store_true")
    arguments = parser.parse_args()

    # Old engines read standard input when they insert: let them find its end at once.
    parent = os.fdopen(os.dup(0))
    ended, end = os.pipe()
    os.close(end)
    os.dup2(ended, 0)

    from chdb.state.sqlitelike import Connection

    from spanlit.storage.clickhouse.engine.database import Database, limits

    has_sessions = hasattr(Connection, "send_insert")
    kind = Database if has_sessions else _database_of_one_session()
    settings = limits() if has_sessions else {}
    if arguments.config:
        settings["config-file"] = str(arguments.config)
    database = kind(arguments.folder, settings)
    if arguments.cluster:
        run = database.run
        database.run = lambda statement: run(replace(statement, text=_alone(statement.text)))
    asyncio.run(_serve(database, arguments.user, parent))


def _alone(sql: bytes) -> bytes:
    """Make of a statement for a cluster one for a server of it."""
    sql = re.sub(rb"ON CLUSTER '[^']*'", b"", sql)
    return re.sub(rb"ENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, )?", rb"ENGINE = \1(", sql)


async def _serve(database: object, user: str, parent: TextIO) -> None:
    import uvicorn

    from spanlit.storage.clickhouse.engine import http
    from spanlit.storage.clickhouse.engine.endpoint import Endpoint

    vars(http)["USER"] = user
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    app = http.EngineApp(database, Endpoint(os.getpid(), port, PASSWORD))  # type: ignore[arg-type]
    config = uvicorn.Config(app, lifespan="off", ws="none", access_log=False, log_level="warning")
    server = uvicorn.Server(config)

    def stop_with_parent() -> None:
        parent.read()
        server.should_exit = True

    threading.Thread(target=stop_with_parent, daemon=True).start()
    print(port, flush=True)
    await server.serve([listener])


def _database_of_one_session() -> type:
    """A chDB of the time of ClickHouse 24.8: one session, no parameters, inserts from files."""
    import chdb

    from spanlit.storage.clickhouse.engine import database as product

    class OneSession:
        def __init__(self, path: Path, settings: dict[str, str]) -> None:
            assert not settings, "this engine takes none"
            self._lock = threading.Lock()
            self._session = chdb.connect(str(path))

        def run(self, statement: product.Statement) -> bytes:
            with self._lock:
                try:
                    return self._run(statement)
                except Exception as error:
                    raise product._database_error(error) from error
                finally:
                    for name in statement.settings:
                        self._session.query(f"SET {name} = DEFAULT", "TabSeparated")

        def _run(self, statement: product.Statement) -> bytes:
            for name, value in statement.parameters.items():
                self._session.query(f"SET param_{name} = {product._quote(value, chr(39))}")
            product._prepare(self._session, statement)
            insert = product._INSERT.match(statement.text[: product._INSERT_HEAD_SIZE])
            if insert is None:
                text = statement.text.decode("utf-8", "surrogateescape")
                result = self._session.query(text, statement.result_format)
                return bytes(result.bytes() or b"") if result else b""
            with tempfile.NamedTemporaryFile() as file:
                file.write(statement.text[insert.end() :])
                file.flush()
                source = f"FROM INFILE '{file.name}' FORMAT {insert[2].decode()}"
                self._session.query(f"{insert[1].decode()} {source}", "TabSeparated")
            return b""

    return OneSession


if __name__ == "__main__":
    main()
