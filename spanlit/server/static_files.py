"""Serves the built UI."""

import hashlib
import re
from html import escape
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

STATIC_DIR: Final = Path(__file__).parent / "static"
CSP: Final = (
    "default-src 'self'; "
    "script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "object-src 'none'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'self'"
)
"""No images from elsewhere: a model that was tricked could send secrets out in an address."""

_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_MISSING: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Spanlit</title></head>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>The web page has not been built</h1>
<p>The server works, but this checkout has no built UI. Build it with</p>
<pre>make ui</pre>
<p>and reload. A released wheel (<code>pip install spanlit</code>) has it built in.</p>
</body></html>
"""


class StaticFiles:
    """The built UI in a folder: hashed assets, and index.html for every page of the UI.

    Args:
        folder: Where the build is.
    """

    def __init__(self, folder: Path = STATIC_DIR) -> None:
        self._folder = folder.resolve()

    def response(self, request: Request, path: str, base: str) -> Response | None:
        """What to answer to a GET of `path`; None if there is no such page or file.

        Args:
            request: The request, for its conditional and encoding headers.
            path: Path below the base, without a leading slash.
            base: Path that the app is served below: "" or "/something".
        """
        file = self._file(path)
        if file is not None and file.name != "index.html":
            response = self._asset(request, file)
        elif file is None and not _is_page(path):
            return None
        else:
            response = self._index(request, base)
        response.headers["x-content-type-options"] = "nosniff"
        return response

    def _file(self, path: str) -> Path | None:
        try:
            file = (self._folder / path).resolve()
            return file if file.is_relative_to(self._folder) and file.is_file() else None
        except (OSError, ValueError):  # no file can have this name: too long, or a null byte
            return None

    def _asset(self, request: Request, file: Path) -> Response:
        headers = {"vary": "Accept-Encoding"}
        if file.parent.name == "assets":
            headers["cache-control"] = _IMMUTABLE
        encoding, path = _best_encoding(request.headers, file)
        if encoding:
            headers["content-encoding"] = encoding
        return FileResponse(path, headers=headers, media_type=_media_type(file))

    def _index(self, request: Request, base: str) -> Response:
        headers = {
            "content-security-policy": CSP,
            "referrer-policy": "same-origin",
            "cache-control": "no-cache",
        }
        file = self._file("index.html")
        if file is None:
            return HTMLResponse(_MISSING, headers=headers)
        html = _with_base(file.read_text(encoding="utf-8"), base)
        etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
        headers["etag"] = etag
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(html, headers=headers)


def _is_page(path: str) -> bool:
    """Pages of the UI have no file extension."""
    return "." not in path.rsplit("/", 1)[-1]


def _with_base(html: str, base: str) -> str:
    tag = f'<base href="{escape(base)}/" />'
    html, found = re.subn(r"<base [^>]*>", lambda _: tag, html, count=1)
    return html if found else html.replace("<head>", f"<head>{tag}", 1)


def _best_encoding(headers: Headers, file: Path) -> tuple[str, Path]:
    accepted = {
        part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")
    }
    for encoding, suffix in _ENCODINGS:
        compressed = file.with_name(file.name + suffix)
        if encoding in accepted and compressed.is_file():
            return encoding, compressed
    return "", file


def _media_type(file: Path) -> str | None:
    """The type of a script must not depend on the registry of the machine."""
    known = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    return known.get(file.suffix)
