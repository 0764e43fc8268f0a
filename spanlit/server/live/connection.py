"""One socket: which conversations it follows, how far it has come, and the pump between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .conversation import Conversation
from .history import History
from .refusal import Refusal

logger = logging.getLogger(__name__)

MAX_SUBSCRIPTIONS: Final = 20
MAX_QUEUED: Final = 4
"""Packets that may wait in the transport before the pump waits too."""
STALL_S: Final = 30.0
"""A client that takes nothing for so long is disconnected."""
RETRY_S: Final = 2.0
"""How long a snapshot waits after the store did not answer."""


class Outlet(Protocol):
    """The sending side of a socket."""

    async def send(self, event: str, data: Any) -> None:
        """Queue one packet."""

    def queued(self) -> int:
        """How many packets the client has not taken yet."""

    async def drained(self) -> None:
        """Return when the client has taken them all."""

    async def close(self) -> None:
        """Disconnect the client."""


@dataclass(slots=True)
class Subscription:
    """How far a connection has come in a conversation."""

    conversation: Conversation
    seq: int | None
    """The last event that was sent; None if a snapshot must come first."""


ReadHistory = Callable[[str], Awaitable[History]]


class Connection:
    """One client. It holds cursors into the logs of conversations and no events of its own.

    So a client that stops reading costs the packets of `MAX_QUEUED` and nothing that grows:
    events pile up in the log, where they are bounded, and when the client reads again it gets
    them merged, or a snapshot if the log has moved on.

    Args:
        user_id: Who is on the other side.
        outlet: Where frames go.
        read_history: Reads what the store has of a thread, for snapshots.
        stall_s: After how many seconds without progress the client is disconnected.
    """

    def __init__(
        self,
        user_id: str,
        outlet: Outlet,
        read_history: ReadHistory,
        *,
        stall_s: float,
    ) -> None:
        self.user_id = user_id
        self._outlet = outlet
        self._read_history = read_history
        self._stall_s = stall_s
        self._subscriptions: dict[str, Subscription] = {}
        self._news = asyncio.Event()

    # --- subscriptions ---------------------------------------------------------------------

    def subscribe(self, conversation: Conversation, epoch: str | None, seq: int | None) -> None:
        """Follow `conversation` from event `seq` of `epoch`, or from a snapshot.

        Raises:
            Refusal: The connection follows too many conversations.
        """
        self.require_room(conversation.id)
        self.unsubscribe(conversation.id)
        log = conversation.log
        knows = epoch == log.epoch and seq is not None and log.reaches(seq)
        self._subscriptions[conversation.id] = Subscription(conversation, seq if knows else None)
        conversation.watch(self)
        # The acknowledgement of the command that subscribes goes out before the first frame.
        asyncio.get_running_loop().call_soon(self.wake)

    def require_room(self, thread_id: str | None) -> None:
        """Make sure that a thread can be followed; None is one that does not exist yet.

        Raises:
            Refusal: The connection follows too many conversations.
        """
        if thread_id not in self._subscriptions and len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Refusal(
                "too-many", f"No more than {MAX_SUBSCRIPTIONS} threads can be open at a time."
            )

    def unsubscribe(self, thread_id: str) -> None:
        """Stop following a conversation; no error if it is not followed."""
        subscription = self._subscriptions.pop(thread_id, None)
        if subscription is not None:
            subscription.conversation.unwatch(self)

    def close(self) -> None:
        """Stop following everything: the socket is gone."""
        for thread_id in list(self._subscriptions):
            self.unsubscribe(thread_id)

    def wake(self) -> None:
        """There may be something to send."""
        self._news.set()

    # --- the pump --------------------------------------------------------------------------

    async def pump(self) -> None:
        """Send what there is, for ever; return when the client has stalled."""
        while True:
            await self._news.wait()
            self._news.clear()
            for subscription in list(self._subscriptions.values()):
                if not await self._catch_up(subscription):
                    logger.warning("a client took nothing for %g s and was let go", self._stall_s)
                    await self._outlet.close()
                    return

    async def _catch_up(self, subscription: Subscription) -> bool:
        """Send everything new of one conversation; False if the client takes nothing."""
        while self._follows(subscription):
            if self._must_wait(subscription) and not await self._client_reads():
                return False
            frame = await self._next_frame(subscription)
            if frame is None:
                return True
            await self._outlet.send("frame", frame)
        return True

    def _must_wait(self, subscription: Subscription) -> bool:
        """Snapshots are large: none is made while anything waits."""
        return self._outlet.queued() >= (1 if _needs_snapshot(subscription) else MAX_QUEUED)

    def _follows(self, subscription: Subscription) -> bool:
        return self._subscriptions.get(subscription.conversation.id) is subscription

    async def _next_frame(self, subscription: Subscription) -> dict[str, Any] | None:
        conversation = subscription.conversation
        if subscription.seq is None or _needs_snapshot(subscription):
            frame = await self._snapshot(conversation)
        else:
            frame = conversation.frame_after(subscription.seq)
        if frame is not None:
            subscription.seq = frame["seq"]
        return frame

    async def _snapshot(self, conversation: Conversation) -> dict[str, Any] | None:
        with conversation.reading():
            history = History()
            if conversation.stored:
                try:
                    history = await self._read_history(conversation.id)
                except Refusal:
                    asyncio.get_running_loop().call_later(RETRY_S, self.wake)
                    return None
            return conversation.snapshot_frame(history)

    async def _client_reads(self) -> bool:
        """Wait until the client has taken what is queued, as long as it takes anything."""
        while True:
            before = self._outlet.queued()
            try:
                async with asyncio.timeout(self._stall_s):
                    await self._outlet.drained()
                return True
            except TimeoutError:
                if self._outlet.queued() >= before:
                    return False


def _needs_snapshot(subscription: Subscription) -> bool:
    seq = subscription.seq
    return seq is None or not subscription.conversation.log.reaches(seq)
