"""Brings what the recorder says to the conversations that it belongs to."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from spanlit.tracing.events import LiveEvent

from .change import Change, change_of
from .conversation import Conversation

MAX_UNSETTLED: Final = 1_000
"""Ended spans whose bodies a conversation holds before the writer is asked to take them."""
MAX_HELD: Final = 10_000
"""Ended spans whose bodies a conversation holds at most, while storage is away."""


class Hub:
    """The live conversations of one app, and the sink that feeds them.

    `publish` runs in the recorder's thread and does the costly part, views and JSON, there;
    the event loop is entered once per frame.

    Args:
        owner: Id of the app; events of other apps in the process are not its business.
        loop: The event loop of the conversations.
        settle: Asks for a conversation's finished traces to be made durable and let go.
    """

    def __init__(
        self,
        owner: str,
        loop: asyncio.AbstractEventLoop,
        settle: Callable[[Conversation], None],
    ) -> None:
        self.stamp = 0
        """Counts deliveries; see `LiveState`."""
        self._owner = owner
        self._loop = loop
        self._settle = settle
        self._conversations: dict[str, Conversation] = {}
        self._traces: dict[str, Conversation] = {}

    # --- conversations ---------------------------------------------------------------------

    def add(self, conversation: Conversation) -> None:
        """Feed `conversation` from now on."""
        self._conversations[conversation.id] = conversation

    def discard(self, conversation: Conversation) -> None:
        """Feed `conversation` no more."""
        if self._conversations.get(conversation.id) is conversation:
            del self._conversations[conversation.id]
        self.forget_traces(conversation.state.traces)

    def get(self, thread_id: str) -> Conversation | None:
        """The conversation of a thread, if it is live."""
        return self._conversations.get(thread_id)

    def of_trace(self, trace_id: str) -> Conversation | None:
        """The conversation that a live trace belongs to."""
        return self._traces.get(trace_id)

    def __iter__(self) -> Iterator[Conversation]:
        return iter(list(self._conversations.values()))

    def __len__(self) -> int:
        return len(self._conversations)

    def forget_traces(self, trace_ids: Iterable[str]) -> None:
        """Route events of these traces by their thread again."""
        for trace_id in trace_ids:
            self._traces.pop(trace_id, None)

    def next_stamp(self) -> int:
        """A stamp for something that was handed to the writer just now."""
        self.stamp += 1
        return self.stamp

    # --- events ----------------------------------------------------------------------------

    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Take one frame of events; called in the recorder's thread."""
        own = (event for event in events if event.owner == self._owner)
        changes = [change for event in own if (change := change_of(event))]
        if changes and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, changes)

    def _deliver(self, changes: list[Change]) -> None:
        stamp = self.next_stamp()
        touched: set[Conversation] = set()
        for change in changes:
            conversation = self._route(change)
            if conversation is not None:
                conversation.apply(change, stamp)
                touched.add(conversation)
        for conversation in touched:
            conversation.wake()
            if conversation.state.unsettled > MAX_HELD:
                conversation.state.shed()
            if conversation.state.finished or conversation.state.unsettled > MAX_UNSETTLED:
                self._settle(conversation)

    def _route(self, change: Change) -> Conversation | None:
        conversation = self._traces.get(change.trace_id)
        if conversation is None and change.record is not None:
            conversation = self._conversations.get(change.record.thread_id)
            if conversation is not None:
                self._traces[change.trace_id] = conversation
        return conversation
