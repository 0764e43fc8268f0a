"""The state of one chat: what hooks of the same thread share while the thread is live."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .message import Message


@dataclass(slots=True, eq=False)
class ChatSession:
    """One live thread as its app sees it. It ends when nobody has used the thread for a while."""

    id: str
    thread_id: str
    user_id: str
    author: str
    """Whose name a message bears unless it says otherwise."""
    loop: asyncio.AbstractEventLoop
    data: dict[str, Any] = field(default_factory=dict)
    """What the app keeps in `user_session`."""
    messages: "list[Message]" = field(default_factory=list)
    """The history that `chat_context` gives out."""


@dataclass(slots=True, eq=False)
class Turn:
    """One run of a hook."""

    stopped: bool = False
    """The user pressed Stop. Worker threads, which cannot be cancelled, look here."""
    answer: str = ""
    """Text of the assistant's last message so far; the turn's span bears it as its output."""
    unfinished: dict[int, Callable[[bool], None]] = field(default_factory=dict)
    """How to end each message that was begun and not sent yet, by its identity."""

    def end_messages(self, *, cancelled: bool) -> None:
        """End the messages that the hook left unfinished."""
        for leave in list(self.unfinished.values()):
            leave(cancelled)
