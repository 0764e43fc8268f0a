"""The hooks of an app, each run as a turn: a trace of its own whose root is the hook."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from spanlit.server.chat.context import ChatScope, with_scope
from spanlit.server.chat.feedback import Feedback
from spanlit.server.chat.hooks import Hooks
from spanlit.server.chat.message import ErrorMessage, UserMessage
from spanlit.server.chat.session import ChatSession, Turn
from spanlit.server.chat.streaming import stream_yielded
from spanlit.server.chat.thread_dict import ThreadDict
from spanlit.tracing import TurnScope, turn_span

logger = logging.getLogger(__name__)

USER_AUTHOR: Final = "User"
ERROR_TEXT: Final = (
    "Something went wrong while answering. The trace of this answer has the details."
)


class HookTurns:
    """Runs the hooks of one app in one thread.

    A hook that raises leaves an error span, tells the user so without details, and calls
    `on_error`; nothing is raised to the caller but cancellation.
    """

    def __init__(self, hooks: Hooks, session: ChatSession, scope: TurnScope) -> None:
        self._hooks = hooks
        self._session = session
        self._scope = scope

    async def chat_start(self, turn: Turn) -> None:
        """A user began the chat."""
        await self._turn("on_chat_start", turn)

    async def chat_resume(self, thread: ThreadDict, turn: Turn) -> None:
        """A user opened a chat whose session had ended."""
        await self._turn("on_chat_resume", turn, thread)

    async def message(self, text: str, command_id: str, turn: Turn) -> None:
        """A user said something."""

        async def answer() -> None:
            message = UserMessage(text, USER_AUTHOR)
            message.record(command_id)
            await stream_yielded(await self._hooks.call("on_message", message))

        await self._run("on_message", turn, answer, question=text)

    async def stop(self, turn: Turn) -> None:
        """The user stopped a turn."""
        await self._turn("on_stop", turn)

    async def chat_end(self, turn: Turn) -> None:
        """The session ends."""
        await self._turn("on_chat_end", turn)

    async def feedback(self, feedback: Feedback, turn: Turn) -> None:
        """The user rated an answer."""
        await self._turn("on_feedback", turn, feedback)

    async def _turn(self, name: str, turn: Turn, *args: Any) -> None:
        if name in self._hooks:

            async def call() -> None:
                await stream_yielded(await self._hooks.call(name, *args))

            await self._run(name, turn, call)

    async def _run(
        self, name: str, turn: Turn, body: Callable[[], Awaitable[Any]], question: str = ""
    ) -> None:
        chat = with_scope(ChatScope(self._session, turn))
        with _logged(name), turn_span(name, self._scope, context=chat) as span:
            if question:
                span.set_body("input", question)
            try:
                await body()
            except asyncio.CancelledError:
                turn.end_messages(cancelled=True)
                raise
            except Exception as error:
                turn.end_messages(cancelled=False)
                await self._report(name, error)
                raise
            else:
                turn.end_messages(cancelled=False)
            finally:
                if turn.answer:
                    span.set_body("output", turn.answer)

    async def _report(self, name: str, error: Exception) -> None:
        """Tell the user and the app. The details stay in the trace and in the log."""
        await ErrorMessage(ERROR_TEXT).send()
        try:
            await self._hooks.call("on_error", error)
        except Exception:
            logger.exception("on_error failed while it handled an error of %s", name)


@contextmanager
def _logged(name: str) -> Iterator[None]:
    """Errors of hooks end here; they have been reported."""
    try:
        yield
    except Exception:
        logger.exception("%s failed", name)
