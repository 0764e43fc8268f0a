"""What no client of ours would send, over a raw websocket."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.live.connection import Connection
from spanlit.server.live.rate_limit import RateLimit
from spanlit.testing import ChatClient
from tests.server.support import chatting, make_app, make_config


@pytest.fixture
def app(tmp_path: Path) -> App:
    def define() -> None:
        @cl.on_message
        async def answer(message: cl.Message) -> None:
            await cl.Message(message.content).send()

    return make_app(make_config(tmp_path), define)


class RawSocket:
    """Engine.IO and Socket.IO by hand."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket

    async def send(self, data: str | bytes) -> None:
        if isinstance(data, str):
            await self._websocket.send_str(data)
        else:
            await self._websocket.send_bytes(data)

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a good command and return its reply."""
        payload = {"id": str(uuid.uuid4()), "type": kind, **fields}
        await self.send(f"427{json.dumps(['command', payload])}")
        async with asyncio.timeout(10):
            while not (text := await self._websocket.receive_str()).startswith("437"):
                pass
        return json.loads(text.removeprefix("437"))[0]

    async def closed(self) -> None:
        """Wait until the server has closed the connection."""
        async with asyncio.timeout(10):
            while (await self._websocket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass


@asynccontextmanager
async def raw(chat: ChatClient) -> AsyncIterator[RawSocket]:
    address = f"{chat.url}/ws/socket.io/?EIO=4&transport=websocket"
    async with chat.http.ws_connect(address) as websocket:
        await websocket.receive_str()
        await websocket.send_str("40")
        await websocket.receive_str()
        yield RawSocket(websocket)


@pytest.mark.parametrize(
    "data",
    [
        '42["command"',
        "42",
        "42[]",
        '42["command"]',
        '42["command",{},{},{}]',
        '42["connect",{}]',
        '42["disconnect"]',
        '42[{"a":1}]',
        '42["command","\\ud800"]',
        '42["command",' + "[" * 2_000 + "]" * 2_000 + "]",
        '430["x"]',
        "44",
        '42/other,["command",{}]',
        "43999[1]",
        '451-["command",{"_placeholder":true,"num":0}]',
        "45999999999-[]",
        "9",
        b"\x00\x01",
    ],
    ids=lambda data: str(data)[:40],
)
async def test_a_broken_packet_harms_nothing(
    app: App, data: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with chatting(app) as chat, raw(chat) as socket:
        await socket.send(data)

        assert (await socket.command("thread-open"))["error"] is None
        assert (await chat.send("still here")).text == "still here"
        assert "message async handler error" not in caplog.text


async def test_a_packet_beyond_the_limit_costs_only_its_own_connection(app: App) -> None:
    async with chatting(app) as chat, raw(chat) as socket:
        await socket.send("42" + "x" * 1_100_000)
        await socket.closed()

        assert (await chat.send("still here")).text == "still here"


async def test_connecting_twice_leaves_nothing_behind(app: App) -> None:
    async with chatting(app) as chat, raw(chat) as socket:
        for _ in range(3):
            await socket.send('42["connect",{"HTTP_HOST":"127.0.0.1"}]')
        assert (await socket.command("thread-open"))["error"] is None

        assert len(app.socket) == 2


class Nowhere:
    """An outlet that nobody reads."""

    async def send(self, event: str, data: Any) -> None:
        raise AssertionError("nothing should be sent")

    def queued(self) -> int:
        return 0

    async def drained(self) -> None:
        return None

    async def close(self) -> None:
        return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
ID = st.uuids().map(str)
ALMOST_COMMANDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["thread-open", "thread-close", "message-send", "score-set"])},
    optional={
        "id": ID | JSON,
        "thread_id": ID | JSON,
        "text": st.text() | JSON,
        "epoch": JSON,
        "last_seq": JSON,
        "trace_id": st.from_regex(r"[0-9a-f]{32}", fullmatch=True) | JSON,
        "span_id": st.from_regex(r"[0-9a-f]{16}", fullmatch=True) | JSON,
        "value": st.floats() | JSON,
    },
)


@given(payloads=st.lists(JSON | ALMOST_COMMANDS, max_size=20))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
def test_whatever_is_sent_is_answered(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[object]
) -> None:
    async def send_all() -> None:
        app = make_app(make_config(tmp_path_factory.mktemp("fuzz")))
        await app.startup()
        runtime = app.runtime
        connection = Connection("user", Nowhere(), runtime.conversations.history, stall_s=1)
        limit = RateLimit()
        for payload in payloads:
            reply = await runtime.dispatcher.handle(connection, limit, payload)
            assert reply.error is None or reply.error.code != "internal"
        await app.shutdown()

    asyncio.run(send_all())
