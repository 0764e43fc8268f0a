"""What the tests of the server share: apps made of functions, served in the test's own loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import socketio
from socketio.exceptions import ConnectionError as SocketConnectionError

from spanlit.server.app import App
from spanlit.server.config import ChatConfig, Config, ServerConfig, StorageConfig
from spanlit.server.http_server import HttpServer
from spanlit.testing import ChatClient


def make_config(
    data_dir: Path, *, url: str = "memory:", timeout_s: float = 3600, **server: Any
) -> Config:
    """A configuration whose data lies in `data_dir`."""
    return Config(
        storage=StorageConfig(url=url, data_dir=data_dir),
        chat=ChatConfig(session_timeout_s=timeout_s),
        server=ServerConfig(**server),
    )


def make_app(config: Config, define: Callable[[], object] = lambda: None) -> App:
    """An app whose hooks `define` registers."""
    app = App(config)
    with app.loading():
        define()
    return app


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine; yields its URL."""
    sock = socket.create_server(("127.0.0.1", 0))
    started = asyncio.Event()
    server = HttpServer(app, on_started=started.set)
    task = asyncio.create_task(server.serve([sock]))
    starting = asyncio.create_task(started.wait())
    await asyncio.wait({task, starting}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    try:
        if task.done():
            await task
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        sock.close()


@asynccontextmanager
async def chatting(app: App) -> AsyncIterator[ChatClient]:
    """Serve an app and open a thread in it."""
    async with serving(app) as url, ChatClient(url, timeout_s=10) as chat:
        yield chat


@asynccontextmanager
async def browsing(chat: ChatClient) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client with the identity of `chat`."""
    async with httpx2.AsyncClient(base_url=chat.url, cookies=chat.cookies) as http:
        yield http


async def refused_connection(url: str, headers: dict[str, str]) -> dict[str, Any] | None:
    """Try to connect a socket; what the server says if it refuses, else None."""
    told: list[dict[str, Any]] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", told.append)
    try:
        await client.connect(
            url, headers=headers, socketio_path="ws/socket.io", transports=["websocket"]
        )
    except SocketConnectionError:
        return told[0]
    finally:
        await client.disconnect()
    return None


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
