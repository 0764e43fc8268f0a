"""`ChatClient` for tests that are not async: the same person, one call at a time."""

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from anyio.from_thread import start_blocking_portal

from spanlit.server.live.views import MessageView, ThreadView

from .client import Answer, ChatClient
from .thread_state import ThreadState
from .trace import Trace

T = TypeVar("T")


class BlockingChatClient:
    """A `ChatClient` whose methods wait; a context manager.

    ```python
    with BlockingChatClient(server.url) as chat:
        assert chat.send("Hello").text == "Hello to you"
    ```

    Args:
        url: Where the app is.
        options: What `ChatClient` takes besides.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._client = ChatClient(url, **options)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._portal = stack.enter_context(start_blocking_portal())
            stack.enter_context(self._portal.wrap_async_context_manager(self._client))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def send(self, text: str) -> Answer:
        """See `ChatClient.send`."""
        return self._portal.call(self._client.send, text)

    def post(self, text: str) -> str:
        """See `ChatClient.post`."""
        return self._portal.call(self._client.post, text)

    def answer(self, command_id: str) -> Answer:
        """See `ChatClient.answer`."""
        return self._portal.call(self._client.answer, command_id)

    def stop(self) -> None:
        """See `ChatClient.stop`."""
        self._portal.call(self._client.stop)

    def score(self, message: MessageView, value: float, comment: str = "") -> None:
        """See `ChatClient.score`."""
        self._portal.call(self._client.score, message, value, comment)

    def open(self, thread_id: str | None = None) -> None:
        """See `ChatClient.open`."""
        self._portal.call(self._client.open, thread_id)

    def reconnect(self) -> None:
        """See `ChatClient.reconnect`."""
        self._portal.call(self._client.reconnect)

    def wait_for(self, look: Callable[[ThreadState], T | None]) -> T:
        """See `ChatClient.wait_for`."""

        async def wait() -> T:
            return await self._client.wait_for(look)

        return self._portal.call(wait)

    def threads(self) -> list[ThreadView]:
        """See `ChatClient.threads`."""
        return self._portal.call(self._client.threads)

    def trace(self, trace_id: str) -> Trace:
        """See `ChatClient.trace`."""
        return self._portal.call(self._client.trace, trace_id)

    @property
    def messages(self) -> list[MessageView]:
        """The messages of the thread with the text so far."""
        return self._portal.call(lambda: self._client.messages)

    @property
    def thread_id(self) -> str:
        """The thread that is open."""
        return self._client.thread_id
