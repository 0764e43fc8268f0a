"""uvicorn, set up for an app of ours: quiet, on a socket that is already bound, bounded at the end."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

GRACE_S = 5
"""How long connections get to close once the server is to stop."""


class HttpServer(uvicorn.Server):
    """uvicorn that says when it accepts requests and when it has stopped.

    Args:
        asgi: The application.
        on_started: Called on the event loop as soon as requests are served.
        on_stopped: Called on the event loop after connections and application have shut down.
        access_log: Whether each request is logged.
    """

    def __init__(
        self,
        asgi: ASGIApp,
        *,
        on_started: Callable[[], None],
        on_stopped: Callable[[], None] = lambda: None,
        access_log: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                asgi,
                lifespan="on",
                log_config=None,
                access_log=access_log,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._on_started = on_started
        self._on_stopped = on_stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then the listeners."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close listeners and connections, then stop the application."""
        await super().shutdown(sockets)
        self._on_stopped()
