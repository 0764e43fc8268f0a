"""Refuses requests of foreign pages that would change something."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from spanlit.server.origins import SAFE_METHODS, Origins

from .errors import error_response


class OriginGuard:
    """Middleware that lets unsafe methods pass only from pages that may use the server."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            reason = self._origins.refusal(Headers(scope=scope))
            if reason is not None:
                await error_response(403, "forbidden-origin", reason)(scope, receive, send)
                return
        await self._app(scope, receive, send)
