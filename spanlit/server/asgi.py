"""How the pieces are stacked: the base path outermost, then Socket.IO, then FastAPI."""

import socketio
from fastapi import FastAPI
from starlette.types import ASGIApp

from .base_path import BasePath
from .socket import SOCKET_PATH, SocketServer


def create_asgi(api: FastAPI, socket: SocketServer, root_path: str) -> ASGIApp:
    """Stack the layers of an app.

    Socket.IO is not mounted inside of FastAPI: every turn would become a child of a span that
    lives as long as the browser's tab. Lifespan events go through to FastAPI.
    """
    return BasePath(
        socketio.ASGIApp(socket.server, other_asgi_app=api, socketio_path=SOCKET_PATH), root_path
    )
