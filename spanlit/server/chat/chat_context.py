"""`chat_context`: the messages of the chat so far, ready for a model."""

from typing import TypedDict

from .context import require_scope
from .message import Message


class OpenAIMessage(TypedDict):
    """A message in the form that OpenAI's chat API takes."""

    role: str
    content: str


class ChatHistory:
    """The messages of the current chat, oldest first.

    What users write and what the app sends is added by itself. Every method raises
    `ChatContextError` outside of a chat.
    """

    __slots__ = ()

    def get(self) -> list[Message]:
        """A copy of the history."""
        return list(require_scope().session.messages)

    def add(self, message: Message) -> Message:
        """Append a message, unless it is there already; return it."""
        messages = require_scope().session.messages
        if all(known is not message for known in messages):
            messages.append(message)
        return message

    def remove(self, message: Message) -> bool:
        """Take a message out; return whether it was there."""
        messages = require_scope().session.messages
        for index, known in enumerate(messages):
            if known is message:
                del messages[index]
                return True
        return False

    def clear(self) -> None:
        """Forget the history. The chat that the user sees does not change."""
        require_scope().session.messages.clear()

    def to_openai(self) -> list[OpenAIMessage]:
        """The history as `[{"role": ..., "content": ...}]`."""
        return [
            {"role": message.role, "content": message.content}
            for message in require_scope().session.messages
        ]


chat_context = ChatHistory()
