"""Serving below a path: the prefix is taken off before anything else looks at the request."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_BASE: Final = "spanlit.base"


class BasePath:
    """The outermost ASGI layer. Proxies may pass the prefix on or take it off themselves.

    Args:
        app: What is served.
        root_path: The configured prefix, "" or "/something"; where the app is mounted in
            another one, the prefix of the mount counts instead.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request as if there were no prefix."""
        if scope["type"] in ("http", "websocket"):
            base = scope.get("root_path") or self._root_path
            path = scope["path"]
            if base and (path == base or path.startswith(base + "/")):
                path = path[len(base) :] or "/"
            scope = {**scope, "path": path, "root_path": "", _BASE: base}
        await self._app(scope, receive, send)


def base_of(scope: Scope) -> str:
    """The prefix that was taken off: "" or "/something"."""
    base: str = scope.get(_BASE, "")
    return base
