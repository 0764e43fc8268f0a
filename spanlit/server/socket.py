"""The Socket.IO side: who may connect, commands in, frames out."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

import orjson
import socketio
from socketio.exceptions import ConnectionRefusedError
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from .identity import Identity
from .live.connection import STALL_S, Connection
from .live.conversations import Conversations
from .live.dispatcher import Dispatcher
from .live.events import ServerStatus
from .live.rate_limit import RateLimit
from .origins import Origins

logger = logging.getLogger(__name__)

SOCKET_PATH: Final = "ws/socket.io"
PING_INTERVAL_S: Final = 20
PING_TIMEOUT_S: Final = 20
MAX_MESSAGE_BYTES: Final = 1_000_000
MAX_CONNECTIONS_PER_USER: Final = 50
_RESERVED: Final = ("connect", "disconnect")
_MALFORMED: Final = "malformed"


class OrjsonCodec:
    """orjson in the shape of the standard library's module, as python-socketio wants it."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """Encode; `orjson.Fragment`s pass as they are."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """Decode."""
        return orjson.loads(text)


class OrjsonPacket(Packet):  # type: ignore[misc] # python-socketio is not typed
    """Packets without binary parts. The server's `json=` option would change every user's."""

    json = OrjsonCodec
    uses_binary_events = False

    def decode(self, encoded_packet: str | bytes) -> int | None:
        """Decode; a packet that no client of ours sends becomes an event that nobody knows.

        python-socketio would keep as many binary attachments as it is sent, call the handlers
        of `connect` and `disconnect` when a client emits events of these names, and log a
        traceback for whatever it cannot read.
        """
        try:
            super().decode(encoded_packet)
            expected = self._is_expected()
        except (ValueError, TypeError, IndexError):
            expected = False
        if not expected:
            self.packet_type, self.namespace, self.id = EVENT, None, None
            self.data = [_MALFORMED]
        return None

    def _is_expected(self) -> bool:
        if self.packet_type != EVENT:
            return self.packet_type in (CONNECT, DISCONNECT)  # and we ask for no ACK
        data: Any = self.data
        name = data[0]
        return isinstance(name, str) and name not in _RESERVED


class SocketOutlet:
    """The sending side of one socket, with what engine.io knows of its queue."""

    def __init__(self, server: socketio.AsyncServer, sid: str, environ: dict[str, Any]) -> None:
        self._server = server
        self._sid = sid
        self._receive = environ["asgi.receive"]
        self._eio_sid = server.manager.eio_sid_from_sid(sid, "/")
        self._socket = server.eio.sockets[self._eio_sid]

    async def send(self, event: str, data: Any) -> None:
        """Queue one packet. `emit` would look for a room and start a task for it."""
        packet = OrjsonPacket(EVENT, data=[event, data], namespace="/")
        await self._server.eio.send(self._eio_sid, packet.encode())

    def queued(self) -> int:
        """How many packets engine.io has not passed on yet."""
        depth: int = self._socket.queue.qsize()
        return depth

    async def drained(self) -> None:
        """Return when engine.io has passed everything on."""
        await self._socket.queue.join()

    async def close(self) -> None:
        """Cut the connection.

        A polite close waits in the buffer that the client does not read, for ever, and ASGI
        has no other; uvicorn's transport can be reached behind `receive`.
        """
        transport = getattr(getattr(self._receive, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
        else:
            await self._server.disconnect(self._sid)


@dataclass(slots=True)
class _Peer:
    """One connected socket."""

    connection: Connection
    limit: RateLimit
    pump: asyncio.Task[None]


class SocketServer:
    """Accepts sockets and keeps their connections.

    Args:
        origins: Which pages may connect.
        identity: Says who connects; asked at connection time.
        status: What a new connection is told about storage.
    """

    def __init__(
        self,
        origins: Origins,
        identity: Callable[[], Identity],
        status: Callable[[], ServerStatus],
    ) -> None:
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            transports=["websocket"],
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            cors_allowed_origins=[],  # off: `connect` checks, and can say why
            serializer=OrjsonPacket,
        )
        self.stall_s = STALL_S
        """After how many seconds without progress a client is let go."""
        self._origins = origins
        self._identity = identity
        self._status = status
        self._peers: dict[str, _Peer] = {}
        self._services: tuple[Conversations, Dispatcher] | None = None
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("command", self._command)
        self.server.on("*", self._unknown)

    def __len__(self) -> int:
        return len(self._peers)

    def attach(self, conversations: Conversations, dispatcher: Dispatcher) -> None:
        """Let connections in from now on."""
        self._services = (conversations, dispatcher)

    async def tell_status(self, status: ServerStatus) -> None:
        """Tell everyone how storage stands."""
        await self.server.emit("status", status.model_dump())

    async def close(self) -> None:
        """Disconnect everyone."""
        self._services = None
        for sid in list(self._peers):
            await self._disconnect(sid)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        user_id = self._admit(environ)
        if self._services is None:
            raise ConnectionRefusedError("The server is stopping.", {"code": "stopping"})
        conversations, _ = self._services
        outlet = SocketOutlet(self.server, sid, environ)
        connection = Connection(user_id, outlet, conversations.history, stall_s=self.stall_s)
        pump = asyncio.create_task(self._pump(sid, connection), context=Context())
        self._peers[sid] = _Peer(connection, RateLimit(), pump)
        await self.server.emit("status", self._status().model_dump(), to=sid)

    def _admit(self, environ: Mapping[str, Any]) -> str:
        """The user who connects.

        Raises:
            ConnectionRefusedError: The page may not connect, or nobody knows the browser.
        """
        headers = {
            "host": environ.get("HTTP_HOST", ""),
            "origin": environ.get("HTTP_ORIGIN", ""),
        }
        reason = self._origins.refusal(headers)
        if reason is not None:
            logger.warning("a socket was refused: %s", reason)
            raise ConnectionRefusedError(reason, {"code": "forbidden-origin"})
        user_id = self._identity().user_of_header(environ.get("HTTP_COOKIE", ""))
        if user_id is None:
            raise ConnectionRefusedError(
                "You are not known here; load the page first.", {"code": "no-identity"}
            )
        peers = self._peers.values()
        if sum(peer.connection.user_id == user_id for peer in peers) >= MAX_CONNECTIONS_PER_USER:
            raise ConnectionRefusedError("Too many open pages.", {"code": "too-many"})
        return user_id

    async def _pump(self, sid: str, connection: Connection) -> None:
        try:
            await connection.pump()
        except Exception:
            logger.exception("the pump of a connection failed")
            await self.server.disconnect(sid)

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        peer = self._peers.pop(sid, None)
        if peer is not None:
            peer.pump.cancel()
            peer.connection.close()

    async def _command(self, sid: str, *arguments: object) -> dict[str, Any] | None:
        peer = self._peers.get(sid)
        if peer is None or self._services is None:
            return None
        _, dispatcher = self._services
        payload = arguments[0] if len(arguments) == 1 else None
        reply = await dispatcher.handle(peer.connection, peer.limit, payload)
        return reply.model_dump()

    async def _unknown(self, event: str, sid: str, *arguments: object) -> dict[str, Any]:
        logger.info("an unknown event was refused")
        return Dispatcher.unknown_event().model_dump()
