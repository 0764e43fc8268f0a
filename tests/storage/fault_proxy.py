"""A TCP proxy in front of an HTTP server that fails on demand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

Fault = Literal["503", "drop before", "drop after", "cut answer"]
"""`drop before`: the request never arrives. `drop after`: it is executed, its answer is lost.
`cut answer`: half of the answer arrives."""

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"


class FaultProxy:
    """Passes requests on, one fault from `faults` for each that matches `only`."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self.port = 0
        self.faults: deque[Fault] = deque()
        self.only = b"INSERT INTO"
        self.done: list[Fault] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_message(reader):
                fault = self.faults.popleft() if self.faults and self.only in request else None
                if fault:
                    self.done.append(fault)
                if fault == "503":
                    writer.write(UNAVAILABLE)
                elif fault == "drop before":
                    break
                else:
                    answer = await self._ask(request)
                    if fault == "drop after":
                        break
                    writer.write(answer[: len(answer) // 2] if fault else answer)
                    if fault:
                        await writer.drain()
                        break
                await writer.drain()
        finally:
            writer.close()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        writer.write(request)
        answer = await read_message(reader)
        writer.close()
        await writer.wait_closed()
        return answer


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
async def fault_proxy(target_port: int) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(target_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
