"""Everything that the server may say about a thread while it lives: one union, noun-verb.

Frames go over Socket.IO as the event `frame`; the TypeScript types are generated from here
(`make generate`).
"""

from typing import Annotated, Literal

from pydantic import Field

from spanlit.tracing.types import BodyField

from .views import MessageView, ScoreView, Snapshot, SpanView, ThreadView, TurnView, View


class TurnStart(View):
    """A turn began. Its root span starts right after."""

    type: Literal["turn-start"] = "turn-start"
    turn: TurnView


class TurnEnd(View):
    """A turn ended, or its sums changed after its end."""

    type: Literal["turn-end"] = "turn-end"
    turn: TurnView


class SpanStart(View):
    """A span began."""

    type: Literal["span-start"] = "span-start"
    span: SpanView


class SpanDelta(View):
    """Text appended to a body of an open span; `offset` in UTF-16 code units."""

    type: Literal["span-delta"] = "span-delta"
    trace_id: str
    span_id: str
    field: BodyField
    text: str
    offset: int


class SpanEnd(View):
    """The end of a span, or a correction after it. For messages `message` has the final text."""

    type: Literal["span-end"] = "span-end"
    span: SpanView
    message: MessageView | None = None


class SpanSet(View):
    """A span that changed without ending (`Step.update()`)."""

    type: Literal["span-set"] = "span-set"
    span: SpanView
    message: MessageView | None = None


class SpanRemove(View):
    """A span was taken back."""

    type: Literal["span-remove"] = "span-remove"
    trace_id: str
    span_id: str


class ScoreSet(View):
    """Feedback was given or replaced."""

    type: Literal["score-set"] = "score-set"
    score: ScoreView


class ScoreRemove(View):
    """Feedback was taken back."""

    type: Literal["score-remove"] = "score-remove"
    trace_id: str
    span_id: str
    name: str
    user_id: str


class ThreadSet(View):
    """The thread changed: its name, or whether a turn runs."""

    type: Literal["thread-set"] = "thread-set"
    thread: ThreadView


class ThreadRemove(View):
    """The thread was deleted."""

    type: Literal["thread-remove"] = "thread-remove"
    thread_id: str


Event = Annotated[
    TurnStart
    | TurnEnd
    | SpanStart
    | SpanDelta
    | SpanSet
    | SpanEnd
    | SpanRemove
    | ScoreSet
    | ScoreRemove
    | ThreadSet
    | ThreadRemove,
    Field(discriminator="type"),
]


class Frame(View):
    """What one thread had to say since the last frame.

    A client applies a frame only if `epoch` is known and `prev_seq` is the last `seq` that it
    saw, or if the frame carries a `snapshot`; otherwise it opens the thread again with the
    `seq` it has. Merged deltas count as the events they were merged from.
    """

    thread_id: str
    epoch: str
    """Names the run of numbers: a server that restarts begins a new one."""
    prev_seq: int
    seq: int
    snapshot: Snapshot | None = None
    events: list[Event] = []


class ServerStatus(View):
    """How the server is, sent as the Socket.IO event `status` whenever it changes."""

    storage: Literal["ok", "away", "memory"]
    """`memory`: no store is installed, nothing survives a restart."""
    hint: str = ""
    """What the person at the server can do about it."""
    spooled_bytes: int = 0
    spooled_rows: int = 0
    disk_refuses: bool = False
    """Whether rows wait in memory only, because the disk does not take them."""
    unsaved_rows: int = 0
    """Those that do: they are lost if the server dies."""
    shed_bodies: int = 0
    """Steps whose inputs and outputs were given up because the spool was full."""
    dropped_rows: int = 0
