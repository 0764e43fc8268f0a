"""Where an engine listens: `engine.json` in its data folder, readable by its owner only."""

import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import orjson

FILE = "engine.json"
HOST = "127.0.0.1"
USER = "spanlit"
CHALLENGE_HEADER = "X-Spanlit-Challenge"
PROOF_HEADER = "X-Spanlit-Proof"
PING_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine that said where it listens; whether it still does, `answers` tells."""

    pid: int
    port: int
    secret: str

    def proof(self, challenge: str) -> str:
        """What only who knows the secret can answer to `challenge`.

        A dead engine leaves its file and frees its port, which any user of the machine may
        take: the secret is not shown to whoever listens there, and neither are rows.
        """
        return hmac.digest(self.secret.encode(), challenge.encode(), "sha256").hex()

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
            challenge = secrets.token_hex(16)
            connection.request("GET", "/ping", headers={CHALLENGE_HEADER: challenge})
            response = connection.getresponse()
            proof = response.getheader(PROOF_HEADER, "")
            return response.status == 200 and hmac.compare_digest(
                proof.encode(), self.proof(challenge).encode()
            )
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
