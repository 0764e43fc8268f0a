"""A headless browser of one person: real HTTP, a real socket, no page."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
import socketio

from spanlit.server.live.commands import CommandError, Reply
from spanlit.server.live.events import Event, Frame, ServerStatus
from spanlit.server.live.views import MessageView, ThreadView, TraceView, TurnView

from .thread_state import MissedEventsError, ThreadState
from .trace import Trace

T = TypeVar("T")

TIMEOUT_S = 30.0
MAX_FRAME_BYTES = 64 * 1024 * 1024
SOCKET_PATH = "/ws/socket.io"


class CommandRefusedError(Exception):
    """The server refused a command; `error` has its code and its sentence."""

    def __init__(self, error: CommandError) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error


@dataclass(frozen=True)
class Answer:
    """What came back for a message."""

    turn: TurnView
    messages: list[MessageView]
    """What the app said, in order."""
    trace: Trace
    """The spans of the turn."""

    @property
    def text(self) -> str:
        """The text of all messages of the app, a blank line between them."""
        return "\n\n".join(message.text for message in self.messages)


class ChatClient:
    """A person with a browser at one thread; an async context manager.

    Entering opens a new thread; `open()` goes to another one. Two clients are two people,
    unless they share `cookies`.

    ```python
    async with ChatClient(server.url) as chat:
        answer = await chat.send("What is a span?")
        assert "unit of work" in answer.text
        assert "search" in answer.trace.names
    ```

    Args:
        url: Where the app is, with its root path if it has one.
        cookies: `cookies` of another client, to be the same person in another browser.
        timeout_s: Seconds to wait for anything before `TimeoutError`.
    """

    def __init__(
        self,
        url: str,
        *,
        cookies: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.url = url.rstrip("/")
        self.timeout_s = timeout_s
        self.thread_id = ""
        self.frames: list[Frame] = []
        """Every frame in the order in which it came."""
        self.status: ServerStatus | None = None
        """The last word of the server about itself."""
        self.gaps = 0
        """How often a frame did not continue what was known and a snapshot was asked for."""
        self._first_cookies = dict(cookies or {})
        self._states: defaultdict[str, ThreadState] = defaultdict(ThreadState)
        self._news = asyncio.Event()
        self._reopening: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(
            f"{self.url}/",
            cookies=self._first_cookies,
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # cookies of 127.0.0.1 too
        )
        try:
            await self.get("api/config")
            await self.connect()
            await self.open()
        except BaseException:
            await self.http.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._reopening.values():
            task.cancel()
        await self.disconnect()
        await self.http.close()

    # --- the person -----------------------------------------------------------------------
    async def send(self, text: str) -> Answer:
        """Send a message and wait until its turn has ended.

        Raises:
            CommandRefusedError: The server did not take the message.
            TimeoutError: The turn has not ended in time.
        """
        return await self.answer(await self.post(text))

    async def post(self, text: str) -> str:
        """Send a message without waiting for the answer.

        Returns:
            The id of the command, for `answer()`.
        """
        reply = await self.command("message-send", thread_id=self.thread_id, text=text)
        return str(reply.id)

    async def answer(self, command_id: str) -> Answer:
        """Wait for the end of the turn that answers a message of `post()`."""

        def ended(state: ThreadState) -> TurnView | None:
            turn = state.turn_of_command(command_id)
            return turn if turn is not None and turn.status != "running" else None

        turn = await self.wait_for(ended)
        messages = [
            message
            for message in self.state.messages
            if message.trace_id == turn.trace_id and message.role != "user"
        ]
        return Answer(turn, messages, self.state.trace(turn.trace_id))

    async def stop(self) -> None:
        """Stop the running turn."""
        await self.command("turn-stop", thread_id=self.thread_id)

    async def score(self, message: MessageView, value: float, comment: str = "") -> None:
        """Rate a message: 1 is good, 0 is bad."""
        await self.command(
            "score-set",
            thread_id=self.thread_id,
            trace_id=message.trace_id,
            span_id=message.id,
            value=value,
            comment=comment,
        )

    # --- what the person sees -------------------------------------------------------------
    @property
    def state(self) -> ThreadState:
        """The thread as it is known now."""
        return self._states[self.thread_id]

    @property
    def messages(self) -> list[MessageView]:
        """The messages of the thread with the text so far."""
        return self.state.messages

    @property
    def events(self) -> list[Event]:
        """Every event in the order in which it came."""
        return [event for frame in self.frames for event in frame.events]

    @property
    def cookies(self) -> dict[str, str]:
        """The identity of this person, for another client."""
        return {cookie.key: cookie.value for cookie in self.http.cookie_jar}

    async def wait_for(self, look: Callable[[ThreadState], T | None]) -> T:
        """Wait until `look(state)` finds something that is true, and return it.

        Raises:
            TimeoutError: It has not in time; the message shows what is known.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                while not (found := look(self.state)):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"Not within {self.timeout_s} s. Known: {self.state}") from None
        return found

    async def get(self, path: str) -> Any:
        """GET a path below the app, like `api/threads`, and return its JSON.

        Raises:
            aiohttp.ClientResponseError: The status is 400 or more.
        """
        async with self.http.get(path.lstrip("/"), raise_for_status=True) as response:
            return await response.json()

    async def threads(self) -> list[ThreadView]:
        """The person's threads, latest change first."""
        listed = await self.get("api/threads")
        return [ThreadView.model_validate(item) for item in listed["items"]]

    async def trace(self, trace_id: str) -> Trace:
        """A trace as the server has it."""
        view = TraceView.model_validate(await self.get(f"api/traces/{trace_id}"))
        return Trace(view.spans)

    # --- the browser ----------------------------------------------------------------------
    async def connect(self) -> None:
        """Connect the socket."""
        address = urlsplit(self.url)
        self._socket = socketio.AsyncClient(
            reconnection=False,
            http_session=self.http,
            handle_sigint=False,
            websocket_extra_options={"max_msg_size": MAX_FRAME_BYTES},
        )
        self._socket.on("frame", self._on_frame)
        self._socket.on("status", self._on_status)
        await self._socket.connect(
            f"{address.scheme}://{address.netloc}",
            socketio_path=address.path + SOCKET_PATH,
            transports=["websocket"],
            wait_timeout=self.timeout_s,
        )

    async def disconnect(self) -> None:
        """Drop the socket, as when the network goes away. Turns go on."""
        await self._socket.disconnect()

    async def reconnect(self) -> None:
        """Connect again and catch up from the last event that was seen."""
        await self.disconnect()
        await self.connect()
        await self.open(self.thread_id)

    async def open(self, thread_id: str | None = None) -> None:
        """Go to a thread, or to a new one, and wait until it is known.

        Raises:
            CommandRefusedError: There is no such thread for this person.
        """
        known = self._states.get(thread_id or "", ThreadState())
        reply = await self.command(
            "thread-open", thread_id=thread_id, epoch=known.epoch, last_seq=known.seq
        )
        self.thread_id = str(reply.result["thread_id"])
        await self.wait_for(lambda state: state.thread)

    async def command(self, kind: str, /, **fields: Any) -> Reply:
        """Send any command of the live protocol, by its `type`; an `id` is made if none is given.

        Raises:
            CommandRefusedError: The server refused it.
        """
        payload = {"id": str(uuid.uuid4()), **fields, "type": kind}
        reply = Reply.model_validate(
            await self._socket.call("command", payload, timeout=self.timeout_s)
        )
        if reply.error is not None:
            raise CommandRefusedError(reply.error)
        return reply

    def _on_frame(self, payload: Any) -> None:
        frame = Frame.model_validate(payload)
        self.frames.append(frame)
        if frame.thread_id not in self._reopening or frame.snapshot is not None:
            self._apply(frame)
        self._news.set()

    def _apply(self, frame: Frame) -> None:
        try:
            self._states[frame.thread_id].apply(frame)
        except MissedEventsError:
            self.gaps += 1
            del self._states[frame.thread_id]
            task = asyncio.ensure_future(self.open(frame.thread_id))
            self._reopening[frame.thread_id] = task
            task.add_done_callback(lambda _: self._reopening.pop(frame.thread_id))

    def _on_status(self, payload: Any) -> None:
        self.status = ServerStatus.model_validate(payload)
        self._news.set()
