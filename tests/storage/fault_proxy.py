"""A TCP proxy in front of an HTTP server that fails on demand, and may speak TLS."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

Fault = Literal[
    "503", "drop before", "drop after", "cut answer", "exception", "page", "page 502", "silence"
]
"""`drop before`: the request never arrives. `drop after`: it is executed, its answer is lost.
`cut answer`: half of the answer arrives. `exception`: half of it and then an exception, as
ClickHouse does it when a query fails after its answer has begun. `page`: the page of another
server, as success or as 502. `silence`: nothing arrives, and the connection stays."""


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """Make an HTTP message."""
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def clickhouse_error(code: int, text: str, version: str = "25.8.1.1") -> bytes:
    """What a ClickHouse server answers when it refuses."""
    body = f"Code: {code}. DB::Exception: {text} (version {version} (official build))\n"
    return answer(
        "500 Internal Server Error", body.encode(), f"X-ClickHouse-Exception-Code: {code}"
    )


PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"
CANNED = {
    "503": answer("503 Service Unavailable", b"busy"),
    "page": answer("200 OK", PAGE, "Server: nginx", "Content-Type: text/html"),
    "page 502": answer("502 Bad Gateway", PAGE, "Server: nginx", "Content-Type: text/html"),
}
EXCEPTION = (
    b"Code: 241. DB::Exception: Memory limit exceeded: would use 2 GiB. (MEMORY_LIMIT_EXCEEDED)"
)


class FaultProxy:
    """Passes requests on, one fault from `faults` for each that matches `only`."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self.route: Callable[[bytes], int] = lambda request: self._target_port
        """Which port a request goes to."""
        self.port = 0
        self.faults: deque[Fault | bytes] = deque()
        """What happens to the next requests; bytes are the answer."""
        self.only = b"INSERT INTO"
        self.done: list[Fault | bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_message(reader):
                fault = self.faults.popleft() if self.faults and self.only in request else None
                if fault:
                    self.done.append(fault)
                if fault in CANNED or isinstance(fault, bytes):
                    writer.write(fault if isinstance(fault, bytes) else CANNED[fault])
                elif fault == "drop before":
                    break
                elif fault == "silence":
                    await reader.read()
                    break
                else:
                    answer = await self._ask(request)
                    if fault == "drop after":
                        break
                    writer.write(_spoil(answer, fault))
                    if fault == "cut answer":
                        await writer.drain()
                        break
                await writer.drain()
        finally:
            writer.close()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.route(request))
        writer.write(request)
        answer = await read_message(reader)
        writer.close()
        await writer.wait_closed()
        return answer


def _spoil(answer: bytes, fault: Fault | None) -> bytes:
    if fault == "cut answer":
        return answer[: len(answer) // 2]
    if fault != "exception":
        return answer
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = [f for f in head.split(b"\r\n") if not f.lower().startswith(b"content-length")]
    body = body[: len(body) // 2] + EXCEPTION
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return b"\r\n".join([*fields, b"Transfer-Encoding: chunked", b"", chunk])


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Read one HTTP message, head and body, as it came; empty at the end of the stream."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        body = b""
        while True:
            size = await reader.readuntil(b"\r\n")
            body += size + await reader.readexactly(int(size, 16) + 2)
            if int(size, 16) == 0:
                return head + body
    return head + await reader.readexactly(int(fields.get(b"content-length", b"0")))


@asynccontextmanager
async def fault_proxy(
    target_port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(target_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
