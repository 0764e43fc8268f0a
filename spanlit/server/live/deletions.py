"""Deleting threads and users for good, with a report of what is gone."""

from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.storage.blobs.store import BlobStore
from spanlit.storage.deletion import DeletionReport, delete_thread, delete_user
from spanlit.storage.writing.writer import Writer

from .conversations import Conversations
from .hub import Hub
from .refusal import storage_away


class Deletions:
    """Deletes what a user has. What runs there is stopped.

    Every method raises `Refusal` for what is not the user's, or when storage is away.

    Args:
        blobs: Where files lie; None if only rows are kept.
    """

    def __init__(
        self,
        conversations: Conversations,
        hub: Hub,
        writer: Writer,
        reader: StoreReader,
        blobs: BlobStore | None,
    ) -> None:
        self._conversations = conversations
        self._hub = hub
        self._writer = writer
        self._reader = reader
        self._blobs = blobs

    async def thread(self, user_id: str, thread_id: str) -> DeletionReport:
        """Delete a thread with everything in it."""
        async with self._conversations.lock(thread_id):  # or it would be opened meanwhile
            conversation = self._conversations.live(user_id, thread_id)
            if conversation is None:
                await self._conversations.stored_thread(user_id, thread_id)
            else:
                await self._conversations.drop(conversation)
            await self._flush()
            try:
                store = await self._reader.store()
                return await delete_thread(
                    store.housekeeping, self._blobs, self._reader.project, thread_id
                )
            except StoreError as error:
                raise storage_away() from error

    async def user(self, user_id: str) -> DeletionReport:
        """Delete a user with all threads, other spans, and scores given."""
        for conversation in list(self._hub):
            if conversation.user_id == user_id:
                async with self._conversations.lock(conversation.id):
                    await self._conversations.drop(conversation)
        await self._flush()
        try:
            store = await self._reader.store()
            return await delete_user(store.housekeeping, self._blobs, self._reader.project, user_id)
        except StoreError as error:
            raise storage_away() from error

    async def _flush(self) -> None:
        # Rows that are still under way would come after their deletion.
        if not await self._writer.aflush():
            raise storage_away()
