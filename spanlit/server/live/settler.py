"""Lets conversations forget what the writer has made durable."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from .conversation import Conversation
from .hub import Hub

logger = logging.getLogger(__name__)

COALESCE_S: Final = 1.0
"""Turns that end within this time share one flush."""
RETRY_S: Final = 2.0


class Settler:
    """Flushes the writer on behalf of conversations, then settles them.

    The order matters: a stamp is taken before the flush, and the writer gets every row before
    the hub does, so all that bears the stamp or an older one is durable after the flush.

    Args:
        flush: `Writer.aflush`: makes everything durable, or returns False.
    """

    def __init__(self, flush: Callable[[], Awaitable[bool]]) -> None:
        self._flush = flush
        self._pending: set[Conversation] = set()
        self._asked = asyncio.Event()

    def ask(self, conversation: Conversation) -> None:
        """Settle `conversation` soon."""
        self._pending.add(conversation)
        self._asked.set()

    async def settle_now(self, hub: Hub, *conversations: Conversation) -> bool:
        """Settle at once; return whether the writer could make everything durable."""
        stamp = hub.stamp
        if not await self._flush():
            return False
        for conversation in conversations:
            hub.forget_traces(conversation.settle(stamp))
        return True

    async def run(self, hub: Hub) -> None:
        """Settle whoever asked, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await asyncio.sleep(COALESCE_S)
            pending, self._pending = self._pending, set()
            if not await self.settle_now(hub, *pending):
                await asyncio.sleep(RETRY_S)
            for conversation in pending:
                if conversation.state.finished:
                    self.ask(conversation)
