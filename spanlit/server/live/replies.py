"""What was answered to which command, so that a repeated one is not carried out again."""

import asyncio
from collections import OrderedDict
from typing import Final
from uuid import UUID

from .commands import Reply

MAX_REPLIES: Final = 10_000


class Replies:
    """The last replies by user and command id, bounded.

    A command that is still being carried out is here as well: its repetition waits for the
    same reply.
    """

    def __init__(self, *, limit: int = MAX_REPLIES) -> None:
        self._limit = limit
        self._replies: OrderedDict[tuple[str, UUID], asyncio.Future[Reply]] = OrderedDict()

    def get(self, user_id: str, command_id: UUID) -> asyncio.Future[Reply] | None:
        """The reply of an earlier command of this id, if it is remembered."""
        return self._replies.get((user_id, command_id))

    def expect(self, user_id: str, command_id: UUID) -> asyncio.Future[Reply]:
        """Remember that a command is being carried out."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[user_id, command_id] = future
        while len(self._replies) > self._limit:
            self._replies.popitem(last=False)
        return future

    def forget(self, user_id: str, command_id: UUID) -> None:
        """Let the command be tried again."""
        self._replies.pop((user_id, command_id), None)
