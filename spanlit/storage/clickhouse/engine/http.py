"""ClickHouse's HTTP interface, as far as clickhouse-connect's asynchronous client uses it.

https://clickhouse.com/docs/interfaces/http. Left out, because nobody asks: sessions, external
tables, compression (this is loopback), streamed results, progress headers.
"""

import asyncio
import base64
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .database import Database, DatabaseError, Statement
from .endpoint import CHALLENGE_HEADER, PROOF_HEADER, USER, Endpoint

WORKERS = 4
MAX_BODY = 512 * 2**20
QUIET_S = 1.0
"""Seconds without a request after which memory is given back."""

# URL parameters that are not settings of the query.
TRANSPORT_PARAMETERS = frozenset(
    {
        "query",
        "database",
        "default_format",
        "query_id",
        "client_protocol_version",
        "wait_end_of_query",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "enable_http_compression",
        "cancel_http_readonly_queries_on_client_close",
        "buffer_size",
        "compress",
        "decompress",
    }
)
_TRAILING_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_CODE = re.compile(r"Code: (\d+)")
_AUTHENTICATION_FAILED = 516


class EngineApp:
    """The ASGI application in front of a `Database`."""

    def __init__(self, database: Database, endpoint: Endpoint) -> None:
        self._database = database
        self._endpoint = endpoint
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="query")
        self._busy = 0
        self._has_run = False
        self._idle_since = time.monotonic()

    @property
    def idle_s(self) -> float:
        """Seconds since the last request ended; 0 while one runs."""
        return 0.0 if self._busy else time.monotonic() - self._idle_since

    async def tidy_up(self) -> None:
        """Give memory back, if statements have run and now it is quiet."""
        if self._has_run and self.idle_s > QUIET_S:
            self._has_run = False
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._workers, self._database.free_memory)

    def close(self) -> None:
        """Wait for the queries that still run."""
        self._workers.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._busy += 1
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        finally:
            self._busy -= 1
            self._idle_since = time.monotonic()
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.url.path == "/ping":
            proof = self._endpoint.proof(request.headers.get(CHALLENGE_HEADER, ""))
            return Response(b"Ok.\n", media_type="text/plain", headers={PROOF_HEADER: proof})
        if not self._is_authorised(request):
            return _failure(
                f"Code: {_AUTHENTICATION_FAILED}. DB::Exception: Authentication failed", 403
            )
        try:
            statement = await _read_statement(request)
            self._has_run = True
            loop = asyncio.get_running_loop()
            result = await loop.run_in_executor(self._workers, self._database.run, statement)
        except DatabaseError as error:
            return _failure(str(error), 500)
        return Response(
            result,
            media_type="application/octet-stream",
            headers={"X-ClickHouse-Format": statement.result_format},
        )

    def _is_authorised(self, request: Request) -> bool:
        user = request.headers.get("X-ClickHouse-User", "")
        secret = request.headers.get("X-ClickHouse-Key", "")
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, secret = base64.b64decode(credentials).decode().partition(":")
            except ValueError:
                return False
        return user == USER and secrets.compare_digest(
            secret.encode(), self._endpoint.secret.encode()
        )


async def _read_statement(request: Request) -> Statement:
    parameters = dict(request.query_params)
    if encoding := request.headers.get("Content-Encoding"):
        raise DatabaseError(f"Code: 89. DB::Exception: Unknown compression method {encoding!r}")
    body = b""
    if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        # Long parameters come as a form.
        form: FormData = await request.form()
        parameters |= {name: value for name, value in form.items() if isinstance(value, str)}
    else:
        body = await _read_body(request)
    text = b"\n".join(part for part in (parameters.get("query", "").encode(), body) if part)
    if not text.strip():
        raise DatabaseError("Code: 62. DB::Exception: Syntax error: empty query")
    return Statement(
        text=text,
        database=parameters.get("database", ""),
        settings={
            name: value
            for name, value in parameters.items()
            if name not in TRANSPORT_PARAMETERS and not name.startswith("param_")
        },
        parameters={
            name.removeprefix("param_"): value
            for name, value in parameters.items()
            if name.startswith("param_")
        },
        result_format=_result_format(request, parameters, text),
    )


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise DatabaseError(f"Code: 307. DB::Exception: the request exceeds {MAX_BODY} bytes")
    return bytes(body)


def _result_format(request: Request, parameters: dict[str, str], text: bytes) -> str:
    if trailing := _TRAILING_FORMAT.search(text[-200:]):
        return trailing[1].decode()
    return (
        parameters.get("default_format")
        or request.headers.get("X-ClickHouse-Format")
        or "TabSeparated"
    )


def _failure(message: str, status: int) -> Response:
    code = _CODE.match(message)
    return Response(
        f"{message}\n",
        status_code=status,
        media_type="text/plain",
        headers={"X-ClickHouse-Exception-Code": code[1] if code else "1002"},
    )
