"""Everything that a client may ask for over its socket: one union, noun-verb.

A client emits `command` with one of these and gets a `Reply` as acknowledgement. Commands are
idempotent by `id`: the second time, the reply of the first is repeated and nothing is done.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from spanlit.server.config_scores import USER_FEEDBACK

from .views import View

MAX_MESSAGE_CHARS = 100_000
THREAD_ID = Annotated[UUID, Field(description="A UUID; threads made by Spanlit use version 7")]
HEX_16 = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
HEX_32 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class CommandBase(BaseModel):
    """What every command has."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: UUID


class ThreadOpen(CommandBase):
    """Subscribe to a thread. Without `thread_id` a new one begins.

    With the `epoch` and `last_seq` of an earlier subscription the server sends just what was
    missed, otherwise a snapshot.
    """

    type: Literal["thread-open"]
    thread_id: THREAD_ID | None = None
    epoch: str | None = Field(default=None, max_length=64)
    last_seq: int | None = None


class ThreadClose(CommandBase):
    """Unsubscribe. The thread and its running turns go on."""

    type: Literal["thread-close"]
    thread_id: THREAD_ID


class ThreadRename(CommandBase):
    """Give a thread another name."""

    type: Literal["thread-rename"]
    thread_id: THREAD_ID
    name: str = Field(min_length=1, max_length=200)


class MessageSend(CommandBase):
    """Send a message. While a turn is running, the message waits for it."""

    type: Literal["message-send"]
    thread_id: THREAD_ID
    text: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARS)


class TurnStop(CommandBase):
    """Stop the running turn of a thread and drop the messages that wait behind it."""

    type: Literal["turn-stop"]
    thread_id: THREAD_ID


class ScorePut(CommandBase):
    """Give feedback on a span, a trace or a thread, replacing one's earlier score of that name.

    What it says is checked against what the app declared.
    """

    type: Literal["score-set"]
    thread_id: THREAD_ID
    trace_id: HEX_32 | None = None
    """None: the whole thread is meant."""
    span_id: HEX_16 | None = None
    """None: the whole trace is meant."""
    name: str = USER_FEEDBACK
    value: StrictBool | float | None = None
    label: str = ""
    comment: str = ""
    reasons: list[str] = []


class ScoreDelete(CommandBase):
    """Take one's feedback back."""

    type: Literal["score-remove"]
    thread_id: THREAD_ID
    trace_id: HEX_32 | None = None
    span_id: HEX_16 | None = None
    name: str = USER_FEEDBACK


Command = Annotated[
    ThreadOpen | ThreadClose | ThreadRename | MessageSend | TurnStop | ScorePut | ScoreDelete,
    Field(discriminator="type"),
]

ErrorCode = Literal[
    "invalid",
    "unknown-thread",
    "unknown-span",
    "unknown-file",
    "too-many",
    "unavailable",
    "internal",
]
"""`unavailable`: storage is away, and the answer lies in there; try again later."""


class CommandError(View):
    """Why a command was not carried out."""

    code: ErrorCode
    message: str
    """One sentence for the person in front of the screen."""


class Reply(View):
    """Acknowledgement of a command: `error` is None if it was carried out."""

    id: str | None
    error: CommandError | None = None
    result: dict[str, Any] = {}
    """`thread-open`: `{thread_id, epoch}`."""
