"""The parts of an app that exist while its server runs: how they start and how they stop."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from opentelemetry import metrics

from spanlit.storage import StoreRefused, StoreUnavailable
from spanlit.storage.blobs.large_values import LargeValues
from spanlit.storage.models import Process
from spanlit.storage.retention import Retention
from spanlit.storage.writing.writer import Lighten, Writer, WriterOptions, WriterStatus
from spanlit.tracing import SpanRecord, get_recorder, install, process_id
from spanlit.tracing.evaluation import install_events
from spanlit.tracing.record import DEFAULT_PROJECT

from .blobs import app_blobs
from .chat.hooks import Hooks
from .chat.score_rules import ScoreRules
from .chat.scoring import add_keeper, remove_keeper
from .config import Config, StorageConfig
from .errors import DataFolderError, StartError
from .identity import Identity, load_secret
from .live.contents import Contents
from .live.conversations import Conversations, flush_recorder
from .live.deletions import Deletions
from .live.dispatcher import Dispatcher
from .live.hub import Hub
from .live.scores import Scores
from .live.settler import Settler
from .live.threads import Threads
from .live.traces import Traces
from .store_reader import StoreReader
from .stores import Stores

logger = logging.getLogger(__name__)

SWEEP_S: Final = 30.0
OPEN_S: Final = 10.0
"""How long the start waits for the store, to learn whether it is refused for good. An embedded
engine needs some of this to start on a busy machine."""
END_S: Final = 5.0
"""How long running hooks and `on_chat_end` get when the server stops."""
FLUSH_S: Final = 5.0


class Runtime:
    """A running app. Made on the event loop of its server.

    Args:
        config: How to run.
        owner: Id of the app; its turns bear it.
        hooks: What the app does.
        stores: Where rows go to and come from.
        on_status: Called on the event loop when storage changes.

    Raises:
        DataFolderError: The secret of the installation cannot be read or made.
    """

    def __init__(
        self,
        config: Config,
        owner: str,
        hooks: Hooks,
        stores: Stores,
        on_status: Callable[[WriterStatus], None],
    ) -> None:
        self._config = config
        self._hooks = hooks
        self._owner = owner
        self._on_status = on_status
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        meter = metrics.get_meter("spanlit")
        self._spooled_rows = meter.create_gauge("spanlit.storage.spool.rows", "{row}")
        self._dropped_rows = meter.create_gauge("spanlit.storage.dropped.rows", "{row}")
        self.identity = _identity(config)
        self.reader = StoreReader(stores.make, DEFAULT_PROJECT, migrate=config.storage.migrate)
        self.blobs = app_blobs(config, in_memory=stores.in_memory)
        self.writer = self._make_writer(stores, owner)
        self.settler = Settler(self.writer.aflush)
        self.hub = Hub(owner, self._loop, self.settler.ask)
        self.conversations = Conversations(
            owner=owner,
            author=config.ui.name,
            hooks=hooks,
            hub=self.hub,
            settler=self.settler,
            writer=self.writer,
            reader=self.reader,
            session_timeout_s=config.chat.session_timeout_s,
        )
        self.threads = Threads(self.conversations, self.hub, self.writer, self.reader)
        self.traces = Traces(self.threads, self.hub, self.reader)
        self.contents = Contents(self.threads, self.traces, self.reader, self.blobs)
        self.deletions = Deletions(
            self.conversations, self.hub, self.writer, self.reader, self.blobs
        )
        self.retention = Retention(
            self.reader.store,
            self.blobs,
            config.retention.of,
            config.storage.data_dir,
        )
        self.scores = Scores(
            self.conversations,
            self.threads,
            self.traces,
            self.hub,
            self.writer,
            self.reader,
            ScoreRules(config.scores, strict=config.chat.strict_scores),
            export_content=config.tracing.export_content,
        )
        self.dispatcher = Dispatcher(self.conversations, self.threads, self.scores, self.writer)

    async def start(self) -> None:
        """Open storage, attach to tracing, and run `on_app_startup`.

        Raises:
            StartError: The store is refused for good, or the hook failed.
        """
        install(export_content=self._config.tracing.export_content)
        install_events()
        await self._probe_blobs()
        await self._probe_store()
        self.writer.start()  # after the reader, so that only one of them migrates
        recorder = get_recorder()
        recorder.add_sink(self.writer)  # before the hub: see `Settler`
        recorder.add_sink(self.hub)
        add_keeper(self._owner, self.scores)
        self._spawn(self.settler.run(self.hub))
        self._spawn(self._sweep())
        self._spawn(self.retention.run_forever())
        try:
            await self._hooks.call("on_app_startup")
        except Exception as error:
            await self.stop()
            raise StartError(f"on_app_startup failed: {_describe(error)}") from error

    async def stop(self) -> None:
        """End sessions, run `on_app_shutdown`, and bring everything to the store."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await self.conversations.end_all()
        try:
            await self._hooks.call("on_app_shutdown")
        except Exception:
            logger.exception("on_app_shutdown failed")
        remove_keeper(self._owner)
        for task in self._tasks:
            task.cancel()
        await flush_recorder()
        recorder = get_recorder()
        recorder.remove_sink(self.hub)
        recorder.remove_sink(self.writer)
        # Another app of this process may have spans open under the same process id.
        goodbye = not recorder.has_sinks
        await asyncio.to_thread(self.writer.stop, FLUSH_S, goodbye=goodbye)
        await self.reader.close()

    def _make_writer(self, stores: Stores, owner: str) -> Writer:
        storage = self._config.storage
        return Writer(
            stores.make,
            storage.data_dir / "spool",
            owner=owner,
            project=DEFAULT_PROJECT,
            process=Process(
                id=process_id(),
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at_ns=time.time_ns(),
                seen_at_ns=time.time_ns(),
            ),
            options=_writer_options(storage),
            lighten=self._large_values(),
            on_status=self._tell_status,
            on_abandoned=lambda spans: self._call_soon(self._tell_abandoned, spans),
        )

    def _large_values(self) -> Lighten | None:
        if self.blobs is None:
            return None
        inline_bytes = self._config.blobs.inline_kb * 1024
        return LargeValues(self.blobs, inline_bytes=inline_bytes).lighten

    def _tell_status(self, status: WriterStatus) -> None:
        self._spooled_rows.set(status.spooled_rows)
        self._dropped_rows.set(status.dropped_rows)
        self._call_soon(self._on_status, status)

    def _call_soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Call back on the event loop, from the writer's thread."""
        with suppress(RuntimeError):  # the loop is closed; nobody listens any more
            self._loop.call_soon_threadsafe(function, *arguments)

    def _tell_abandoned(self, spans: Sequence[SpanRecord]) -> None:
        self._spawn(self.conversations.tell_abandoned(spans))

    async def _probe_blobs(self) -> None:
        if self.blobs is None:
            return
        try:
            async with asyncio.timeout(OPEN_S):
                await self.blobs.check()
        except (StoreUnavailable, TimeoutError) as error:
            logger.warning("blob storage is away, the chat goes on without it: %s", error)
        except StoreRefused as error:
            self.writer.stop(0)
            raise StartError(str(error)) from error

    async def _probe_store(self) -> None:
        """Refuse to start on a store that will never work; one that is away may come back."""
        opening = asyncio.create_task(self.reader.store())
        self._tasks.add(opening)
        done, _ = await asyncio.wait({opening}, timeout=OPEN_S)
        if not done:
            return
        try:
            opening.result()
        except StoreUnavailable as error:
            logger.warning("storage is away, the chat goes on without it: %s", error)
        except StoreRefused as error:
            self.writer.stop(0)
            raise DataFolderError(str(error)) from error

    async def _sweep(self) -> None:
        interval = min(SWEEP_S, self._config.chat.session_timeout_s / 4)
        while True:
            await asyncio.sleep(interval)
            try:
                await self.conversations.sweep()
            except Exception:
                logger.exception("ending idle sessions failed; trying again")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _identity(config: Config) -> Identity:
    try:
        secret = load_secret(config.storage.data_dir)
    except OSError as error:
        raise DataFolderError(
            f"The secret in {config.storage.data_dir} cannot be read or made: {error.strerror}."
        ) from error
    return Identity(secret, path=config.server.root_path or "/")


def _writer_options(storage: StorageConfig) -> WriterOptions:
    return WriterOptions(
        spool_max_bytes=storage.spool_max_mb * 2**20,
        fsync=storage.fsync,
        migrate=storage.migrate,
        abandon_after_s=storage.abandon_after_s,
    )


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
