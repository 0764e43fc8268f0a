"""`App`: one chat application with its hooks, its configuration and its stores."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp
from uuid_utils import uuid7

from spanlit.storage.retention import RetentionStatus
from spanlit.storage.writing.writer import WriterStatus

from .api import create_api
from .asgi import create_asgi
from .chat.hooks import Hooks, registering
from .config import Config
from .identity import Identity
from .lifecycle import Runtime
from .live.contents import Contents
from .live.conversations import Conversations
from .live.deletions import Deletions
from .live.events import ServerStatus
from .live.scores import Scores
from .live.threads import Threads
from .live.traces import Traces
from .origins import Origins
from .socket import SocketServer
from .stores import Stores


class App:
    """A chat application. Several can live in one process without touching each other.

    Attributes:
        config: How it runs.
        hooks: What it does; filled while `loading()` is entered.
        api: The FastAPI application behind the UI.
        asgi: What an ASGI server serves.

    Args:
        config: How it runs; the defaults if None.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.id = uuid7().hex
        self.config = config or Config()
        self.hooks = Hooks()
        self._stores = Stores(self.config.storage)
        self._runtime: Runtime | None = None
        self._writer_status = WriterStatus()
        self._telling: set[asyncio.Task[None]] = set()
        origins = Origins(self.config.server.allow_origins, self.config.server.host)
        self.socket = SocketServer(origins, lambda: self.identity, lambda: self.status)
        self.api: FastAPI = create_api(self, origins, self._lifespan)
        self.asgi: ASGIApp = create_asgi(self.api, self.socket, self.config.server.root_path)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """While this is entered, the module-level decorators register on this app.

        The hooks that were there before are replaced when the block ends well, and stay when
        it raises.
        """
        hooks = Hooks()
        with registering(hooks):
            yield
        self.hooks.replace(hooks)

    async def startup(self) -> None:
        """Start everything; the ASGI lifespan calls it.

        Raises:
            StartError: The app cannot start.
        """
        runtime = Runtime(self.config, self.id, self.hooks, self._stores, self._storage_changed)
        await runtime.start()
        self._runtime = runtime
        self.socket.attach(runtime.conversations, runtime.dispatcher)

    async def shutdown(self) -> None:
        """Stop everything; what was accepted is in the store or in the spool afterwards."""
        runtime, self._runtime = self._runtime, None
        await self.socket.close()
        if runtime is not None:
            await runtime.stop()

    @property
    def runtime(self) -> Runtime:
        """The running parts.

        Raises:
            RuntimeError: The app has not been started.
        """
        if self._runtime is None:
            raise RuntimeError("This app is not running: its startup() has not been awaited.")
        return self._runtime

    @property
    def identity(self) -> Identity:
        """Signs and checks who a browser is."""
        return self.runtime.identity

    @property
    def conversations(self) -> Conversations:
        """The threads that are live."""
        return self.runtime.conversations

    @property
    def threads(self) -> Threads:
        """The threads of users."""
        return self.runtime.threads

    @property
    def traces(self) -> Traces:
        """The traces of users."""
        return self.runtime.traces

    @property
    def scores(self) -> Scores:
        """What is thought of answers."""
        return self.runtime.scores

    @property
    def contents(self) -> Contents:
        """The files of users, and bodies of spans."""
        return self.runtime.contents

    @property
    def deletions(self) -> Deletions:
        """Deletes what users have."""
        return self.runtime.deletions

    @property
    def retention(self) -> RetentionStatus:
        """What was deleted because it was too old."""
        return self.runtime.retention.status

    @property
    def status(self) -> ServerStatus:
        """How storage stands."""
        return self._stores.status(self._writer_status)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        await self.startup()
        try:
            yield
        finally:
            await self.shutdown()

    def _storage_changed(self, status: WriterStatus) -> None:
        before, self._writer_status = self.status, status
        if self.status != before:
            task = asyncio.get_running_loop().create_task(self.socket.tell_status(self.status))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
