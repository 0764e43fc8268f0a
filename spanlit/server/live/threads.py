"""What users do with their threads, over the socket or over REST."""

import time
from dataclasses import replace

from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.storage.cursors import BadCursor
from spanlit.storage.models import Page, Thread
from spanlit.storage.writing.writer import Writer

from .conversation import Conversation
from .conversations import Conversations
from .fold import LiveState
from .history import History
from .hub import Hub
from .present import thread_view
from .refusal import Refusal, storage_away, unknown_thread
from .snapshot import make_snapshot
from .views import Snapshot, ThreadView


class Threads:
    """Lists, reads and renames the threads of a user.

    Every method raises `Refusal` when the thread is not the user's, or when the store that has
    the answer is away.
    """

    def __init__(
        self, conversations: Conversations, hub: Hub, writer: Writer, reader: StoreReader
    ) -> None:
        self._conversations = conversations
        self._hub = hub
        self._writer = writer
        self._reader = reader

    async def page(self, user_id: str, limit: int, cursor: str | None) -> Page[ThreadView]:
        """The user's threads, latest change first; live ones may be ahead of the store."""
        await self._conversations.catch_up()
        try:
            store = await self._reader.store()
            page = await store.threads(self._reader.project, user_id, limit=limit, cursor=cursor)
        except BadCursor as error:
            raise Refusal("invalid", str(error)) from error
        except StoreError as error:
            raise storage_away() from error
        live = self._live_views(user_id)
        views = [
            live.pop(thread.id) if thread.id in live else thread_view(thread)
            for thread in page.items
        ]
        if cursor is None:
            oldest_us = views[-1].updated_us if page.next_cursor else 0
            views += [view for view in live.values() if view.updated_us > oldest_us]
            views.sort(key=lambda view: (view.updated_us, view.id), reverse=True)
        return Page(views, page.next_cursor)

    def _live_views(self, user_id: str) -> dict[str, ThreadView]:
        """Live threads of the user that belong into lists, by id."""
        return {
            conversation.id: conversation.view()
            for conversation in self._hub
            if conversation.user_id == user_id and conversation.has_row and not conversation.gone
        }

    async def snapshot(self, user_id: str, thread_id: str) -> Snapshot:
        """A thread as it is now."""
        conversation = self._live(user_id, thread_id)
        if conversation is None:
            thread = await self._conversations.stored_thread(user_id, thread_id)
            history = await self._conversations.history(thread_id)
            return make_snapshot(thread_view(thread), history, LiveState())
        with conversation.reading():
            stored = conversation.stored
            history = await self._conversations.history(thread_id) if stored else History()
            return conversation.snapshot(history)

    async def rename(self, user_id: str, thread_id: str, name: str) -> ThreadView:
        """Give a thread another name."""
        conversation = self._live(user_id, thread_id)
        now = time.time_ns()
        if conversation is None:
            thread = await self._conversations.stored_thread(user_id, thread_id)
            thread = replace(thread, name=name, updated_at_ns=now)
            self._writer.put(thread)
            return thread_view(thread)
        self._writer.put(conversation.set_thread(name=name, updated_at_ns=now))
        conversation.has_row = True
        return conversation.view()

    async def owned(self, user_id: str, thread_id: str) -> Thread:
        """The row of a thread of this user."""
        conversation = self._live(user_id, thread_id)
        if conversation is not None:
            return conversation.thread
        return await self._conversations.stored_thread(user_id, thread_id)

    def _live(self, user_id: str, thread_id: str) -> Conversation | None:
        conversation = self._conversations.live(user_id, thread_id)
        if conversation is not None and conversation.gone:
            raise unknown_thread()
        return conversation
