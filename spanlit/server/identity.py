"""Who a browser is, without anybody having logged in: a signed cookie with a random user id."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, Signer
from starlette.requests import cookie_parser
from starlette.responses import Response
from uuid_utils import uuid7

SECRET_VARIABLE: Final = "SPANLIT_SECRET"  # noqa: S105 (a name)
SECRET_FILE: Final = "secret"  # noqa: S105 (a name)
MAX_AGE_S: Final = 365 * 86_400


class Identity:
    """Signs and checks identities.

    The name of the cookie depends on the secret, because cookies do not know ports: two apps
    on one machine would overwrite each other's.

    Args:
        secret: What identities are signed with.
        path: Path below which the browser sends the cookie.
    """

    def __init__(self, secret: str, *, path: str = "/") -> None:
        self._signer = Signer(secret, salt="spanlit.identity", digest_method=hashlib.sha256)
        self._path = path or "/"
        self.cookie = "spanlit_" + hashlib.sha256(secret.encode()).hexdigest()[:8]

    def user_of(self, cookies: Mapping[str, str]) -> str | None:
        """The user id in a request's cookies; None if there is none that we signed."""
        try:
            return self._signer.unsign(cookies.get(self.cookie, "")).decode()
        except BadSignature:
            return None

    def user_of_header(self, header: str) -> str | None:
        """The user id in a `Cookie` header."""
        # Not `http.cookies`: it gives up at the first cookie of another app that it dislikes.
        return self.user_of(cookie_parser(header))

    def issue(self, response: Response, *, secure: bool) -> str:
        """Make a new identity, put it into `response`, and return the user id."""
        user_id = str(uuid7())
        response.set_cookie(
            self.cookie,
            self._signer.sign(user_id).decode(),
            max_age=MAX_AGE_S,
            path=self._path,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return user_id

    def forget(self, response: Response) -> None:
        """Take the identity away from the browser that gets `response`."""
        response.delete_cookie(self.cookie, path=self._path, httponly=True, samesite="lax")


def load_secret(data_dir: Path) -> str:
    """The secret of this installation: from the environment, or made once and kept in a file.

    Raises:
        OSError: The file cannot be read or written.
    """
    if given := os.environ.get(SECRET_VARIABLE):
        return given
    path = data_dir / SECRET_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def _create(path: Path, content: str) -> None:
    """Create a file that only we can read, whole or not at all; the first process wins."""
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent) as file:
        file.write(content)
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)
