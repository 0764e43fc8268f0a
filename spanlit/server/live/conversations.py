"""Where conversations come from and where they go: begin, resume, end."""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from uuid_utils import uuid7

from spanlit.server.chat.hooks import Hooks
from spanlit.server.chat.message import Message
from spanlit.server.chat.session import ChatSession, Turn
from spanlit.server.chat.thread_dict import ThreadDict, thread_dict
from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.storage.models import Thread
from spanlit.storage.writing.writer import Writer
from spanlit.tracing import TurnScope, get_recorder
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord

from .conversation import Conversation
from .events import SpanEnd, TurnEnd
from .history import History, read_history
from .hook_turns import HookTurns
from .hub import Hub
from .locks import KeyedLocks
from .present import message_view, span_view, turn_view
from .refusal import Refusal, storage_away, unknown_thread
from .settler import Settler
from .turn_line import Job

logger = logging.getLogger(__name__)

EMPTY_TIMEOUT_S: Final = 300.0
"""How long a chat without a message is kept when nobody looks at it."""
MAX_READING: Final = 4
"""Histories that are read at a time: each is in memory as a whole."""
MAX_LIVE_PER_USER: Final = 500
"""Sessions of one user; each costs memory until it times out."""
CHAT_END_TIMEOUT_S: Final = 30.0
"""How long `on_chat_end` may take; longer, it would keep the thread from being opened."""
CATCH_UP_S: Final = 5.0
"""How long a first read waits for rows that an earlier process left in the spool."""


class Conversations:
    """The threads of one app: those that are live, and the way to those that are not.

    Args:
        owner: Id of the app.
        author: Whose name the app's messages bear.
        hooks: What the app does.
        hub: Feeds the live ones.
        settler: Lets them forget what is durable.
        writer: Takes new rows.
        reader: Reads stored ones.
        session_timeout_s: When the session of a chat ends that nobody looks at.
    """

    def __init__(
        self,
        *,
        owner: str,
        author: str,
        hooks: Hooks,
        hub: Hub,
        settler: Settler,
        writer: Writer,
        reader: StoreReader,
        session_timeout_s: float,
    ) -> None:
        self._owner = owner
        self._author = author
        self._hooks = hooks
        self._hub = hub
        self._settler = settler
        self._writer = writer
        self._reader = reader
        self._session_timeout_s = session_timeout_s
        self._locks = KeyedLocks()
        self._reading = asyncio.Semaphore(MAX_READING)
        self._caught_up = False

    # --- begin -----------------------------------------------------------------------------

    def begin(self, user_id: str) -> Conversation:
        """A new chat.

        Raises:
            Refusal: The user has too many.
        """
        now = time.time_ns()
        thread = Thread(
            id=str(uuid7()),
            user_id=user_id,
            name="",
            created_at_ns=now,
            updated_at_ns=now,
            project=self._reader.project,
        )
        conversation = self._make(thread, [], stored=False)
        if "on_chat_start" in self._hooks:
            conversation.line.put(conversation.hook_turns.chat_start)
        return conversation

    def live(self, user_id: str, thread_id: str) -> Conversation | None:
        """The live conversation of a thread of this user.

        Raises:
            Refusal: The thread is live and belongs to somebody else.
        """
        conversation = self._hub.get(thread_id)
        if conversation is not None and conversation.user_id != user_id:
            raise unknown_thread()
        return conversation

    async def open(self, user_id: str, thread_id: str) -> Conversation:
        """The conversation of a thread; one that is not live is resumed.

        Raises:
            Refusal: There is no such thread of this user, the user has too many live ones, or
                the store is away.
        """
        conversation = self.live(user_id, thread_id)
        if conversation is not None and not conversation.over:
            return conversation
        async with self.lock(thread_id):
            conversation = self.live(user_id, thread_id)
            if conversation is None:
                return await self._resume(user_id, thread_id)
            if conversation.gone:
                raise unknown_thread()
            if not conversation.over:
                return conversation
            if not await self._let_go(conversation):
                raise storage_away()
            return await self._resume(user_id, thread_id)

    async def stored_thread(self, user_id: str, thread_id: str) -> Thread:
        """The row of a thread that is not live.

        Raises:
            Refusal: There is no such thread of this user, or the store is away.
        """
        await self.catch_up()
        try:
            store = await self._reader.store()
            thread = await store.thread(self._reader.project, thread_id)
        except StoreError as error:
            raise storage_away() from error
        if thread is None or thread.user_id != user_id:
            raise unknown_thread()
        return thread

    async def history(self, thread_id: str) -> History:
        """What the store has of a thread.

        Raises:
            Refusal: The store is away.
        """
        try:
            store = await self._reader.store()
            async with self._reading:
                return await read_history(store, self._reader.project, thread_id)
        except StoreError as error:
            raise storage_away() from error

    async def _resume(self, user_id: str, thread_id: str) -> Conversation:
        thread = await self.stored_thread(user_id, thread_id)
        history = await self.history(thread_id)
        conversation = self._make(thread, _messages(history.spans), stored=True)
        conversation.commands.update(_command_ids(history.spans))
        conversation.score_names.update(s.name for s in history.scores if s.source == "user")
        if "on_chat_resume" in self._hooks:
            described = thread_dict(thread, history.spans)
            conversation.line.put(_resuming(conversation, described))
        return conversation

    def _make(self, thread: Thread, messages: list[Message], *, stored: bool) -> Conversation:
        live = sum(conversation.user_id == thread.user_id for conversation in self._hub)
        if live >= MAX_LIVE_PER_USER:
            raise Refusal("too-many", "You have opened too many chats; try again in a while.")
        session = ChatSession(
            id=uuid7().hex,
            thread_id=thread.id,
            user_id=thread.user_id,
            author=self._author,
            loop=asyncio.get_running_loop(),
            messages=messages,
        )
        scope = TurnScope(self._owner, thread.id, thread.user_id, thread.project)
        hook_turns = HookTurns(self._hooks, session, scope)
        conversation = Conversation(thread, session, hook_turns, stored=stored)
        self._hub.add(conversation)
        return conversation

    async def catch_up(self) -> None:
        """Let rows that an earlier process left in the spool reach the store, once."""
        if not self._caught_up and self._writer.status.storage != "away":
            self._caught_up = await self._writer.aflush(CATCH_UP_S)

    # --- abandoned -------------------------------------------------------------------------

    async def tell_abandoned(self, records: Iterable[SpanRecord]) -> None:
        """Tell those who watch that spans of a dead process have been ended."""
        by_thread = groupby(sorted(records, key=_thread_id), key=_thread_id)
        for thread_id, spans in [(thread_id, list(spans)) for thread_id, spans in by_thread]:
            conversation = self._hub.get(thread_id)
            if conversation is not None:
                await self._tell_abandoned(conversation, spans)

    async def _tell_abandoned(
        self, conversation: Conversation, spans: Sequence[SpanRecord]
    ) -> None:
        # Who opens the thread after this is told must find it in the store.
        await self._writer.aflush()
        totals = (await self.history(conversation.id)).totals
        for span in spans:
            message = message_view(span) if span.kind == "message" else None
            conversation.publish(SpanEnd(span=span_view(span), message=message))
            if span.kind == "turn":
                turn = turn_view(span, totals.get(span.trace_id))
                conversation.publish(TurnEnd(turn=turn))

    # --- end -------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """End the sessions that nobody has used for a while."""
        now = time.monotonic()
        idle = [
            conversation
            for conversation in self._hub
            if conversation.over or now - conversation.used_at > self._timeout(conversation)
        ]
        # Together: each may have to wait for a hook or for the store.
        await asyncio.gather(*(self._end(conversation) for conversation in idle))

    async def end_all(self) -> None:
        """End every session, because the server stops."""
        live = list(self._hub)
        for conversation in live:
            conversation.line.stop()
        await asyncio.gather(*(self._end_session(conversation) for conversation in live))

    def lock(self, thread_id: str) -> asyncio.Lock:
        """What is held while a thread is opened, ended or deleted."""
        return self._locks[thread_id]

    async def drop(self, conversation: Conversation) -> None:
        """Stop a conversation whose thread was deleted, and wait until it has stopped."""
        conversation.end()
        await conversation.line.idle()
        await asyncio.gather(*conversation.feedback, return_exceptions=True)
        await flush_recorder()
        self._hub.discard(conversation)

    def _timeout(self, conversation: Conversation) -> float:
        if conversation.has_row:
            return self._session_timeout_s
        return min(EMPTY_TIMEOUT_S, self._session_timeout_s)

    async def _end(self, conversation: Conversation) -> None:
        async with self.lock(conversation.id):
            if conversation.watched or conversation.line.busy:
                return
            if not conversation.over:
                await self._end_session(conversation)
            await self._let_go(conversation)

    async def _end_session(self, conversation: Conversation) -> None:
        await conversation.line.idle()
        conversation.over = True
        try:
            async with asyncio.timeout(CHAT_END_TIMEOUT_S):
                await conversation.hook_turns.chat_end(Turn())
        except TimeoutError:
            logger.error("on_chat_end took over %d s and was cancelled", CHAT_END_TIMEOUT_S)

    async def _let_go(self, conversation: Conversation) -> bool:
        """Free the memory of a conversation, unless the store does not have it all yet."""
        await flush_recorder()
        await self._settler.settle_now(self._hub, conversation)
        if conversation.state.empty:
            self._hub.discard(conversation)
        return conversation.state.empty


async def flush_recorder() -> None:
    """Wait until all that was recorded so far has reached the conversations and the writer."""
    await asyncio.to_thread(get_recorder().flush)


def _resuming(conversation: Conversation, described: ThreadDict) -> Job:
    async def resume(turn: Turn) -> None:
        await conversation.hook_turns.chat_resume(described, turn)

    return resume


def _messages(spans: Sequence[SpanRecord]) -> list[Message]:
    messages = (Message.from_record(span) for span in spans if span.kind == "message")
    return [message for message in messages if not message.is_error]


def _command_ids(spans: Sequence[SpanRecord]) -> set[str]:
    return {str(id_) for span in spans if (id_ := span.attributes.get(keys.COMMAND_ID))}


def _thread_id(span: SpanRecord) -> str:
    return span.thread_id
