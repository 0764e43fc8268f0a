"""A client that stops reading costs bounded memory, and is let go."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import spanlit as cl
from spanlit.server.live.event_log import MAX_BYTES
from spanlit.testing import ChatClient
from tests.server.support import make_app, make_config, serving

CHUNK = "x" * 5_000


async def read_until(reader: asyncio.StreamReader, wanted: bytes) -> bytes:
    """Everything up to and with `wanted`."""
    async with asyncio.timeout(10):
        return await reader.readuntil(wanted)


class DeafClient:
    """A websocket by hand that opens a thread and then reads no more."""

    def __init__(self, url: str, cookies: dict[str, str]) -> None:
        self._address = urlsplit(url)
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    async def open(self, thread_id: str) -> asyncio.StreamReader:
        """Subscribe to a thread; the reader takes nothing until somebody reads from it."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, (self._address.hostname, self._address.port))
        reader, self._writer = await asyncio.open_connection(sock=sock, limit=4096)
        self._writer.write(
            f"GET /ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: {self._address.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3BhbmxpdC1zcGFubGl0IQ==\r\n"
            f"Cookie: {self._cookie}\r\n\r\n".encode()
        )
        await read_until(reader, b"\r\n\r\n")
        await read_until(reader, b"maxPayload")
        self._send("40")
        await read_until(reader, b'"sid"')
        command = {
            "id": "0198c0de-0000-7000-8000-000000000000",
            "type": "thread-open",
            "thread_id": thread_id,
        }
        self._send(f"421{json.dumps(['command', command])}")
        await read_until(reader, b'"epoch"')
        return reader

    def _send(self, text: str) -> None:
        """Send a masked text frame; a mask of zeros changes nothing."""
        data = text.encode()
        assert len(data) < 65_536
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
        self._writer.write(b"\x81" + size + bytes(4) + data)

    def close(self) -> None:
        self._writer.close()


def flooding(megabytes: int) -> Callable[[], None]:
    def define() -> None:
        @cl.on_message
        async def answer() -> None:
            for _ in range(megabytes * 1_000_000 // len(CHUNK)):
                await cl.Message(CHUNK).send()
                await asyncio.sleep(0)

    return define


def flooding_until(enough: asyncio.Event) -> Callable[[], None]:
    """Five megabytes a second: at once, they would be passed over for one small snapshot."""

    def define() -> None:
        @cl.on_message
        async def answer() -> None:
            while not enough.is_set():
                await cl.Message(CHUNK).send()
                await asyncio.sleep(0.001)

    return define


async def test_a_deaf_client_costs_bounded_memory_and_is_disconnected(tmp_path: Path) -> None:
    enough = asyncio.Event()
    app = make_app(make_config(tmp_path), flooding_until(enough))
    app.socket.stall_s = 0.5
    async with serving(app) as url, ChatClient(url) as chat:
        deaf = DeafClient(url, chat.cookies)
        reader = await deaf.open(chat.thread_id)
        await chat.wait_for(lambda _: len(app.socket) == 2)
        conversation = app.runtime.hub.get(chat.thread_id)
        assert conversation is not None

        command = await chat.post("go")
        while len(app.socket) == 2:
            await asyncio.sleep(0.01)
            assert conversation.log.size[1] <= MAX_BYTES
        enough.set()

        await chat.answer(command)
        assert len(app.socket) == 1
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(10 * MAX_BYTES)
        deaf.close()


async def test_a_slow_client_is_not_disconnected_and_gets_everything(tmp_path: Path) -> None:
    """While a client lags, what it missed is merged or replaced by a snapshot."""
    app = make_app(make_config(tmp_path), flooding(2))
    async with (
        serving(app) as url,
        ChatClient(url) as fast,
        ChatClient(url, cookies=fast.cookies) as slow,
    ):
        await slow.open(fast.thread_id)
        answer = await fast.send("go")
        count = len(answer.messages)
        await slow.wait_for(lambda state: len(state.messages) == count + 1)
        assert slow.messages == fast.messages
