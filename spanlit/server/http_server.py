"""uvicorn, set up for an app of ours: quiet, on a socket that is already bound, bounded at the end."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from .app import App
from .socket import MAX_MESSAGE_BYTES

GRACE_S = 5
"""How long connections get to close once the server is to stop."""


class HttpServer(uvicorn.Server):
    """uvicorn that starts and stops an app, and says when.

    The app is not started by the ASGI lifespan: that would turn the reason of a failed start
    into a logged traceback, while here the `StartError` reaches the caller of `run()`.

    Args:
        app: What is served.
        on_started: Called on the event loop as soon as requests are served.
        on_stopped: Called on the event loop after connections and app have been shut down.
        access_log: Whether each request is logged.
    """

    def __init__(
        self,
        app: App,
        *,
        on_started: Callable[[], None],
        on_stopped: Callable[[], None] = lambda: None,
        access_log: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app.asgi,
                lifespan="off",
                log_config=None,
                access_log=access_log,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
                ws_max_size=MAX_MESSAGE_BYTES,  # engine.io counts when it has it all in memory
                ws_ping_interval=None,  # Socket.IO has its own
                ws_per_message_deflate=False,  # tokens come in frames too small to be worth it
            )
        )
        self._app = app
        self._on_started = on_started
        self._on_stopped = on_stopped
        self._starting: asyncio.Task[None] | None = None
        self.interrupted = False
        """Whether Ctrl-C ended it."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then the listeners; a signal meanwhile ends it.

        Raises:
            StartError: The app cannot start.
        """
        self._starting = asyncio.create_task(self._app.startup())
        await asyncio.wait({self._starting})
        if self.should_exit:
            return
        self._starting.result()
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close listeners and connections, then stop the app."""
        await super().shutdown(sockets)
        await self._app.shutdown()
        self._on_stopped()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: stop serving, or stop starting."""
        super().handle_exit(sig, frame)
        self.interrupted = sig == signal.SIGINT
        if not self.started and self._starting is not None:
            self._starting.get_loop().call_soon_threadsafe(self._starting.cancel)
