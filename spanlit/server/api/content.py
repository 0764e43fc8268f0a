"""Answers with bytes that people or models made, which a browser must not run."""

import re
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from spanlit.server.live.contents import Content

INLINE: Final = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "text/plain",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "video/mp4",
        "video/webm",
    }
)
"""Types that a browser may show as a page of ours. None of them can hold a script, unlike SVG,
HTML, XML and PDF."""

_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)
# Python refuses to read numbers of thousands of digits.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
# Marks of direction make "gpj.exe" of "exe.jpg".
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\"\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_NAME_CHARS = 200


def content_response(request: Request, content: Content) -> Response:
    """Answer with the bytes, or the one range of them that was asked for."""
    etag = f'"{content.key}"'
    headers = _headers(content, etag)
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", etag) != etag:
        asked = ""
    span = _range(asked, content.size)
    if span is None:
        start, end, status = 0, content.size, 200
    elif span[0] >= span[1]:
        headers["content-range"] = f"bytes */{content.size}"
        return Response(status_code=416, headers=headers)
    else:
        (start, end), status = span, 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{content.size}"
    headers["content-length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(content.read(start, end), status_code=status, headers=headers)


def _headers(content: Content, etag: str) -> dict[str, str]:
    mime = content.mime.partition(";")[0].strip().lower()
    if not _MIME.fullmatch(mime):
        mime = "application/octet-stream"
    disposition = "inline" if mime in INLINE else "attachment"
    charset = "; charset=utf-8" if mime.startswith("text/") else ""
    name = _NOT_IN_NAMES.sub("_", content.name[-_NAME_CHARS:]) or "file"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "content-type": mime + charset,
        "content-disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''"
        + quote(name, safe="", errors="replace"),
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "same-site",
        "accept-ranges": "bytes",
        "etag": etag,
        # To be asked for again each time: it may be deleted, or the person another one.
        "cache-control": "private, no-cache",
    }


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes that a `Range` header means; None for all, as for several ranges."""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    return None if match[2] and int(match[2]) < start else (start, max(end, start))
