"""Where an engine listens: `engine.json` in its data folder, readable by its owner only."""

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import orjson

FILE = "engine.json"
HOST = "127.0.0.1"
USER = "spanlit"
NAME_HEADER = "X-ClickHouse-Server-Display-Name"
PING_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine that said where it listens; whether it still does, `answers` tells."""

    pid: int
    port: int
    secret: str

    @property
    def name(self) -> str:
        """What the engine calls itself, so that nobody else on its old port is taken for it."""
        return f"spanlit-engine-{self.pid}"

    def save(self, folder: Path) -> None:
        """Write the file so that nobody ever sees half of it."""
        path = folder / f"{FILE}.{self.pid}"
        path.unlink(missing_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(fd, orjson.dumps(asdict(self)))
        finally:
            os.close(fd)
        path.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "Endpoint | None":
        """Read the file; None if there is none, or none that can be understood."""
        with suppress(OSError, ValueError, TypeError):
            return cls(**orjson.loads((folder / FILE).read_bytes()))
        return None

    def answers(self) -> bool:
        """Whether this very engine answers a ping."""
        connection = HTTPConnection(HOST, self.port, timeout=PING_TIMEOUT_S)
        try:
            connection.request("GET", "/ping")
            response = connection.getresponse()
            return response.status == 200 and response.getheader(NAME_HEADER) == self.name
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
