"""Messages: what the app and the user say to each other. Each one is a span."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from opentelemetry.util.types import AttributeValue

from spanlit.tracing import LiveSpan
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Role

from .context import current_scope

if TYPE_CHECKING:
    from .score_rules import ScoreValue
    from .scoring import Scored

MessageType = Literal["assistant_message", "user_message", "system_message"]

DEFAULT_AUTHOR: Final = "Assistant"
_ROLES: Final[Mapping[MessageType, Role]] = {
    "assistant_message": "assistant",
    "user_message": "user",
    "system_message": "system",
}
_TYPES: Final[Mapping[str, MessageType]] = {role: type_ for type_, role in _ROLES.items()}
_YIELD_EVERY_S: Final = 0.01
"""A loop that streams without waiting for anything lets others run this often."""
_CORRECT_EVERY_S: Final = 0.05
"""Tokens that arrive after `send()` are shown in corrections of the whole text, this often."""


class Message:
    """Something said in the chat.

    The message appears with its first token or with `send()`, whichever comes first. Outside
    of a chat it is a plain span.

    Args:
        content: The text, in Markdown. A mapping or list is shown as JSON.
        author: Whose name it bears; the name of the app by default.
        language: Show the text as code in this language.
        type: Who speaks: "assistant_message", "system_message" or "user_message".
        metadata: Facts that go with the message, JSON-serialisable.
        tags: Words to find the message by.

    Raises:
        NotImplementedError: `actions`, `elements`, `command`, `modes`, `id`, `parent_id` or
            `created_at` was given; they have no meaning yet. A message stands below the step
            that is current when it appears.
    """

    def __init__(
        self,
        content: str | Mapping[str, Any] | Sequence[Any] = "",
        author: str | None = None,
        language: str | None = None,
        actions: Sequence[Any] | None = None,
        elements: Sequence[Any] | None = None,
        type: MessageType = "assistant_message",
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        id: str | None = None,
        parent_id: str | None = None,
        command: str | None = None,
        modes: Mapping[str, str] | None = None,
        created_at: str | None = None,
    ) -> None:
        _refuse(
            actions=actions,
            elements=elements,
            id=id,
            parent_id=parent_id,
            command=command,
            modes=modes,
            created_at=created_at,
        )
        if type not in _ROLES:
            raise ValueError(f"type is {type!r}; it must be one of {', '.join(_ROLES)}.")
        text, code = _as_text(content)
        self.author = author or _default_author()
        self.language = language or code
        self.type: MessageType = type
        self.metadata: dict[str, Any] = dict(metadata or {})
        self.tags: list[str] = list(tags or ())
        self.is_error = False
        self._parts: list[str] = [text] if text else []
        self._span: LiveSpan | None = None
        self._ids: tuple[str, str] | None = None
        self._pause_at = 0.0
        self._correct_at = 0.0

    @classmethod
    def from_record(cls, record: SpanRecord) -> "Message":
        """The message that a stored span describes. It can be read, not changed."""
        facts = record.attributes
        role = facts.get(keys.MESSAGE_ROLE)
        message = cls(
            record.output,
            author=str(facts.get(keys.MESSAGE_AUTHOR) or DEFAULT_AUTHOR),
            type=_TYPES.get(str(role), "assistant_message"),
        )
        language = facts.get(keys.STEP_LANGUAGE)
        message.language = language if isinstance(language, str) else None
        message.is_error = bool(facts.get(keys.MESSAGE_IS_ERROR))
        message._ids = (record.span_id, record.trace_id)
        return message

    @property
    def id(self) -> str:
        """Id of the message's span, 16 hex digits; "" until the message appears."""
        return self._ids[0] if self._ids else ""

    @property
    def trace_id(self) -> str:
        """Id of the message's trace, 32 hex digits; "" until the message appears."""
        return self._ids[1] if self._ids else ""

    @property
    def role(self) -> Role:
        """Who speaks, in the words of model APIs."""
        return _ROLES[self.type]

    @property
    def content(self) -> str:
        """The text so far. Assign to replace it; `send()` or `update()` shows the change."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @content.setter
    def content(self, value: str | Mapping[str, Any] | Sequence[Any]) -> None:
        text, code = _as_text(value)
        self.language = code or self.language
        self._parts = [text] if text else []
        if self._span is not None and not self._span.ended:
            self._span.set_body("output", text)

    async def send(self) -> "Message":
        """Show the message and finish it. One without text stays open for `stream_token()`."""
        self._remember()
        if self._span is None:
            self._begin().set_body("output", self.content)
        elif self._span.ended:
            self._correct()
        if self._parts:
            self._finish()
        return self

    async def stream_token(self, token: str, is_sequence: bool = False) -> None:
        """Append a token; the first one makes the message appear.

        Args:
            token: The text to append.
            is_sequence: `token` is the whole text so far and replaces what there is.
        """
        if is_sequence:
            self.content = token
        elif token:
            self._append(token)
        now = time.monotonic()
        if now >= self._pause_at:
            self._pause_at = now + _YIELD_EVERY_S
            await asyncio.sleep(0)

    async def update(self) -> bool:
        """Show the message as it is now, and finish it if it was still streaming."""
        if self._span is None or not self._span.ended:
            await self.send()
            self._finish()
        else:
            self._correct()
        return True

    async def remove(self) -> bool:
        """Take the message back."""
        self._require_changeable()
        scope = current_scope()
        if scope:
            scope.turn.unfinished.pop(id(self), None)
            _drop(scope.session.messages, self)
        if self._span is not None:
            self._span.remove()
        return True

    def score(self, name: str, value: "ScoreValue | None" = None, **details: Any) -> "Scored":
        """Say how good the message is.

        Args:
            name: Which score.
            value: A number, True or False, or the name of a category.
            details: As `spanlit.score` takes them.

        Raises:
            ScoreError: What is said is not accepted, or the message has not been sent yet.
        """
        from .scoring import score

        return score(name, value, target=self, **details)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r}, {self.role}: {self.content[:80]!r})"

    # --- the span below --------------------------------------------------------------------

    def _append(self, token: str) -> None:
        self._parts.append(token)
        if self._span is None:
            self._begin().append(self.content)
        elif not self._span.ended:
            self._span.append(token)
        elif (now := time.monotonic()) >= self._correct_at:
            self._correct_at = now + _CORRECT_EVERY_S
            self._correct()
        else:
            self._leave_unfinished()

    def _begin(self, extra: Mapping[str, AttributeValue] | None = None) -> LiveSpan:
        self._require_changeable()
        span = LiveSpan.start(
            f"{self.role} message", kind="message", attributes={**self._facts(), **(extra or {})}
        )
        self._span = span
        self._ids = (span.id, span.trace_id)
        self._leave_unfinished()
        return span

    def _require_changeable(self) -> None:
        if self._ids is not None and self._span is None:
            raise RuntimeError(
                "This message comes from an earlier session and cannot be changed; send a new one."
            )

    def _leave_unfinished(self) -> None:
        """Let the turn finish the message at its end, if nobody does before."""
        scope = current_scope()
        if scope:
            scope.turn.unfinished[id(self)] = self._leave

    def _finish(self) -> None:
        if self._span is not None and not self._span.ended:
            self._span.set_attributes(self._facts())
            self._span.end()
        scope = current_scope()
        if scope:
            scope.turn.unfinished.pop(id(self), None)
            if self.role == "assistant":
                scope.turn.answer = self.content

    def _leave(self, cancelled: bool) -> None:
        """End the message because its turn ends."""
        if self._span is not None and self._span.ended:
            self._correct()
            return
        if cancelled and self._span is not None:
            self._span.cancel()
        self._finish()

    def _correct(self) -> None:
        assert self._span is not None
        self._span.set_attributes(self._facts())
        self._span.set_body("output", self.content)
        self._span.update()
        self._finish()

    def _remember(self) -> None:
        scope = current_scope()
        if scope and all(known is not self for known in scope.session.messages):
            scope.session.messages.append(self)

    def _facts(self) -> dict[str, AttributeValue]:
        facts: dict[str, AttributeValue] = {
            keys.MESSAGE_ROLE: self.role,
            keys.MESSAGE_AUTHOR: self.author,
        }
        if self.is_error:
            facts[keys.MESSAGE_IS_ERROR] = True
        if self.language:
            facts[keys.STEP_LANGUAGE] = self.language
        if self.tags:
            facts[keys.STEP_TAGS] = self.tags
        if self.metadata:
            facts[keys.STEP_METADATA] = json.dumps(self.metadata, default=str)
        return facts


class UserMessage(Message):
    """What a user wrote. Hooks get it; apps do not make it.

    Args:
        content: The text.
        author: Name of the user.
    """

    def __init__(self, content: str, author: str) -> None:
        super().__init__(content, author=author, type="user_message")

    def record(self, command_id: str) -> None:
        """Record the message as part of the current turn.

        Args:
            command_id: Id of the client's command that brought it.
        """
        self._remember()
        self._begin({keys.COMMAND_ID: command_id}).set_body("output", self.content)
        self._finish()


class ErrorMessage(Message):
    """A message that tells the user that something went wrong.

    Args:
        content: The text, in Markdown.
        author: Whose name it bears; the name of the app by default.
    """

    def __init__(self, content: str, author: str | None = None) -> None:
        super().__init__(content, author=author)
        self.is_error = True

    def _remember(self) -> None:
        """Errors are not part of what a model should read as the conversation."""


def _as_text(content: object) -> tuple[str, str | None]:
    """The text of a content, and the language to show it in."""
    if isinstance(content, str):
        return content, None
    if isinstance(content, Mapping | list | tuple):
        return json.dumps(content, indent=2, ensure_ascii=False, default=str), "json"
    return str(content), "text"


def _refuse(**arguments: object) -> None:
    given = [name for name, value in arguments.items() if value]
    if given:
        raise NotImplementedError(
            f"Message({', '.join(f'{name}=…' for name in given)}) is not supported yet; "
            "leave it out."
        )


def _default_author() -> str:
    scope = current_scope()
    return scope.session.author if scope else DEFAULT_AUTHOR


def _drop(messages: list[Message], message: Message) -> None:
    messages[:] = [known for known in messages if known is not message]
