"""What a client knows of a thread: frames of the live protocol, folded into a state."""

from dataclasses import dataclass, field

from spanlit.server.live.events import (
    Event,
    Frame,
    ScoreRemove,
    ScoreSet,
    SpanDelta,
    SpanEnd,
    SpanRemove,
    SpanSet,
    SpanStart,
    ThreadRemove,
    ThreadSet,
    TurnEnd,
    TurnStart,
)
from spanlit.server.live.views import (
    MessageView,
    ScoreView,
    Snapshot,
    SpanView,
    ThreadView,
    TurnView,
)
from spanlit.tracing.content import utf16_length

from .trace import Trace

ScoreKey = tuple[str, str, str, str]
"""Trace id, span id, user id and name of a score."""


class MissedEventsError(Exception):
    """A frame does not continue what is known; the thread must be opened again."""


@dataclass
class Text:
    """A body that streams. Length is counted in UTF-16 code units, as the protocol does."""

    parts: list[str]
    length: int

    @classmethod
    def of(cls, text: str) -> "Text":
        """A body that begins with `text`."""
        return cls([text], utf16_length(text))

    def append(self, delta: SpanDelta) -> None:
        """Add streamed text.

        Raises:
            MissedEventsError: The delta does not begin where the known text ends.
        """
        if delta.offset != self.length:
            raise MissedEventsError(
                f"Text of span {delta.span_id} continues at {delta.offset}, known are {self.length}"
            )
        self.parts.append(delta.text)
        self.length += utf16_length(delta.text)

    def __str__(self) -> str:
        return "".join(self.parts)


@dataclass
class ThreadState:
    """The state of a thread after the frames seen so far."""

    thread: ThreadView | None = None
    removed: bool = False
    epoch: str | None = None
    seq: int | None = None
    turns: dict[str, TurnView] = field(default_factory=dict)
    """By trace id."""
    spans: dict[tuple[str, str], SpanView] = field(default_factory=dict)
    """By trace id and span id; of finished traces only those seen live."""
    scores: dict[ScoreKey, ScoreView] = field(default_factory=dict)
    _messages: dict[str, MessageView] = field(default_factory=dict)
    _outputs: dict[str, Text] = field(default_factory=dict)

    def apply(self, frame: Frame) -> None:
        """Take a frame.

        Raises:
            MissedEventsError: It does not continue what is known.
        """
        if frame.snapshot is not None:
            self._reset(frame.snapshot)
        elif (frame.epoch, frame.prev_seq) != (self.epoch, self.seq):
            raise MissedEventsError(
                f"The frame continues {frame.epoch}/{frame.prev_seq}, "
                f"known is {self.epoch}/{self.seq}"
            )
        for event in frame.events:
            self._apply(event)
        self.epoch, self.seq = frame.epoch, frame.seq

    @property
    def messages(self) -> list[MessageView]:
        """All messages with the text so far, by start time."""
        ordered = sorted(self._messages.values(), key=lambda message: message.start_us)
        return [message.model_copy(update={"text": self.output(message.id)}) for message in ordered]

    def output(self, span_id: str) -> str:
        """The output of a span as far as it was streamed."""
        return str(self._outputs.get(span_id, ""))

    def trace(self, trace_id: str) -> Trace:
        """The spans of a trace that were seen live."""
        return Trace(span for (trace, _), span in self.spans.items() if trace == trace_id)

    def turn_of_command(self, command_id: str) -> TurnView | None:
        """The turn that answers the message that was sent with `command_id`."""
        for message in self._messages.values():
            if message.command_id == command_id:
                return self.turns.get(message.trace_id)
        return None

    def _reset(self, snapshot: Snapshot) -> None:
        self.thread = snapshot.thread
        self.turns = {turn.trace_id: turn for turn in snapshot.turns}
        self.spans = {(span.trace_id, span.span_id): span for span in snapshot.spans}
        self.scores = {_score_key(score): score for score in snapshot.scores}
        self._outputs = {span_id: Text.of(text) for span_id, text in snapshot.partial.items()}
        self._messages = {}
        for message in snapshot.messages:
            self._set_message(message)

    def _apply(self, event: Event) -> None:
        match event:
            case TurnStart(turn=turn) | TurnEnd(turn=turn):
                self.turns[turn.trace_id] = turn
            case SpanStart(span=span):
                self._start_span(span)
            case SpanDelta(field="output"):
                self._outputs.setdefault(event.span_id, Text.of("")).append(event)
            case SpanSet(span=span, message=message) | SpanEnd(span=span, message=message):
                self.spans[span.trace_id, span.span_id] = span
                if message is not None:
                    self._set_message(message)
            case SpanRemove():
                self.spans.pop((event.trace_id, event.span_id), None)
                self._messages.pop(event.span_id, None)
            case ScoreSet(score=score):
                self.scores[_score_key(score)] = score
            case ScoreRemove():
                key = (event.trace_id, event.span_id, event.user_id, event.name)
                self.scores.pop(key, None)
            case ThreadSet(thread=thread):
                self.thread = thread
            case ThreadRemove():
                self.removed = True

    def _start_span(self, span: SpanView) -> None:
        self.spans[span.trace_id, span.span_id] = span
        if span.message is not None:
            self._messages[span.span_id] = MessageView(
                **span.message.model_dump(),
                id=span.span_id,
                trace_id=span.trace_id,
                text="",
                status=span.status,
                start_us=span.start_us,
            )

    def _set_message(self, message: MessageView) -> None:
        self._messages[message.id] = message
        self._outputs[message.id] = Text.of(message.text)


def _score_key(score: ScoreView) -> ScoreKey:
    return score.trace_id, score.span_id, score.user_id, score.name
