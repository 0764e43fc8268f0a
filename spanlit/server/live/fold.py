"""The present state of a thread, folded from its events.

It holds what a store may not have yet: running traces, and finished ones until the writer has
said that they are durable. A snapshot is the store's history with this laid over it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from spanlit.storage.models import MODEL_CALLS, Score
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import BodyField

from .change import Change
from .events import Event, SpanDelta, SpanEnd, SpanRemove, SpanSet, SpanStart, TurnEnd, TurnStart
from .present import message_view, turn_view
from .views import MessageView, SpanView, TurnView

_ALWAYS_NEEDED: Final = frozenset({"message", "turn"})
"""Kinds whose records a snapshot is made of as long as their trace is live."""


ScoreKey = tuple[str, str, str, str, str]


def score_key(score: Score) -> ScoreKey:
    """What a score shares with those that it replaces."""
    return (*score.target, score.user_id, score.name)


@dataclass(slots=True)
class FoldedSpan:
    """A span as far as it has come."""

    view: SpanView
    record: SpanRecord | None
    """None once the store has it; the view stays as long as the trace runs."""
    stamp: int
    text: dict[BodyField, list[str]] = field(default_factory=dict)
    """What has streamed so far."""

    @property
    def ended(self) -> bool:
        return self.view.end_us is not None

    def append(self, delta: SpanDelta) -> None:
        """Take streamed text in."""
        parts = self.text.get(delta.field)
        if parts is None:
            known = self.body(delta.field) if delta.offset else ""
            parts = self.text[delta.field] = [known]
        parts.append(delta.text)

    def body(self, name: BodyField) -> str:
        """The whole body so far."""
        parts = self.text.get(name)
        if parts:
            if len(parts) > 1:
                parts[:] = ["".join(parts)]
            return parts[0]
        return getattr(self.record, name) if self.record else ""

    def current_record(self) -> SpanRecord | None:
        """The record with the text that has streamed since it was made."""
        if self.record is None or not self.text:
            return self.record
        return replace(self.record, input=self.body("input"), output=self.body("output"))

    def message(self) -> MessageView | None:
        """The message that this span is, if it is one."""
        record = self.current_record()
        return message_view(record) if record and record.kind == "message" else None


@dataclass(slots=True)
class FoldedTrace:
    """A trace of the thread that runs, or that the store may not have yet."""

    turn: TurnView | None = None
    spans: dict[str, FoldedSpan] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    open_count: int = 0
    stamp: int = 0

    @property
    def running(self) -> bool:
        return self.open_count > 0


class LiveState:
    """All live traces and scores of a thread.

    `stamp` arguments count deliveries; `settle(stamp)` says that everything delivered up to
    that one is durable.
    """

    def __init__(self) -> None:
        self.traces: dict[str, FoldedTrace] = {}
        self.scores: dict[ScoreKey, tuple[Score, int]] = {}
        self.unsettled = 0
        """How many ended spans are still held with their bodies."""

    def apply(self, change: Change, stamp: int) -> list[Event]:
        """Fold one change in; return the events of its turn that follow from it."""
        trace = self.traces.get(change.trace_id)
        if trace is None:
            if isinstance(change.event, SpanDelta):
                return []
            trace = self.traces[change.trace_id] = FoldedTrace()
        trace.stamp = stamp
        match change.event:
            case SpanDelta() as delta:
                span = trace.spans.get(delta.span_id)
                if span is not None:
                    span.append(delta)
                return []
            case SpanStart(span=view):
                return self._start(trace, change, view, stamp)
            case SpanSet(span=view) | SpanEnd(span=view):
                return self._set(trace, change, view, stamp)
            case SpanRemove(span_id=span_id):
                return self._remove(trace, span_id)

    def put_score(self, score: Score, stamp: int) -> None:
        """Fold a score in, or its removal."""
        self.scores[score_key(score)] = (score, stamp)

    def settle(self, stamp: int) -> list[str]:
        """Let go of what is durable; return the ids of the traces that are gone."""
        for key, (_, scored) in list(self.scores.items()):
            if scored <= stamp:
                del self.scores[key]
        gone = [
            trace_id
            for trace_id, trace in self.traces.items()
            if not trace.running and trace.stamp <= stamp
        ]
        for trace_id in gone:
            del self.traces[trace_id]
        self.unsettled = 0
        for span in self.spans():
            if span.ended and span.stamp <= stamp and span.view.kind not in _ALWAYS_NEEDED:
                span.record = None
            self.unsettled += span.ended and span.record is not None
        return gone

    def shed(self) -> None:
        """Let go of the bodies of ended steps although no store has them yet.

        While storage is away for long this bounds memory; the spool has them, and they can be
        read again when storage is back.
        """
        for span in self.spans():
            if span.ended and span.view.kind not in _ALWAYS_NEEDED:
                span.record = None
        self.unsettled = 0

    @property
    def running(self) -> bool:
        """Whether a turn is running."""
        return any(
            trace.turn is not None and trace.turn.end_us is None for trace in self.traces.values()
        )

    @property
    def finished(self) -> bool:
        """Whether there is a finished trace that the store may not have yet."""
        return any(not trace.running for trace in self.traces.values())

    @property
    def empty(self) -> bool:
        """Whether the store has everything."""
        return not self.traces and not self.scores

    def spans(self) -> Iterator[FoldedSpan]:
        """Every live span."""
        for trace in self.traces.values():
            yield from trace.spans.values()

    def _start(self, trace: FoldedTrace, change: Change, view: SpanView, stamp: int) -> list[Event]:
        if view.span_id in trace.spans:
            return []
        trace.spans[view.span_id] = FoldedSpan(view, change.record, stamp)
        trace.open_count += 1
        if view.kind != "turn" or change.record is None:
            return []
        trace.turn = turn_view(change.record)
        return [TurnStart(turn=trace.turn)]

    def _set(self, trace: FoldedTrace, change: Change, view: SpanView, stamp: int) -> list[Event]:
        before = trace.spans.get(view.span_id)
        ends_now = view.end_us is not None and (before is None or not before.ended)
        if before is not None and ends_now:
            trace.open_count -= 1
        if before is None and view.end_us is None:
            trace.open_count += 1
        trace.spans[view.span_id] = FoldedSpan(view, change.record, stamp)
        self.unsettled += ends_now
        return _turn_after(trace, before.view if before else None, view)

    def _remove(self, trace: FoldedTrace, span_id: str) -> list[Event]:
        trace.removed.add(span_id)
        span = trace.spans.pop(span_id, None)
        if span is None:
            return []
        if not span.ended:
            trace.open_count -= 1
        return _turn_after(trace, span.view, None)


def _turn_after(trace: FoldedTrace, before: SpanView | None, after: SpanView | None) -> list[Event]:
    """Bring the turn up to date with one of its spans; tell of it if the turn has ended."""
    turn = trace.turn
    if turn is None:
        return []
    changed = _sums(turn, _share(before), _share(after))
    if after is not None and after.span_id == turn.span_id:
        changed |= {"name": after.name, "status": after.status, "end_us": after.end_us}
    trace.turn = turn = turn.model_copy(update=changed)
    return [TurnEnd(turn=turn)] if turn.end_us is not None else []


def _share(span: SpanView | None) -> dict[str, float]:
    """What a span adds to the sums of its turn, by the same rules as `Store.turn_totals`."""
    if span is None or span.end_us is None or span.status == "abandoned":
        return {}
    share: dict[str, float] = {"span_count": 1, "error_count": int(span.status == "error")}
    if span.kind in MODEL_CALLS:
        share["input_tokens"] = span.input_tokens
        share["output_tokens"] = span.output_tokens
        share["cost_usd"] = span.cost_usd
    return share


def _sums(
    turn: TurnView, before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, object]:
    return {
        key: getattr(turn, key) - before.get(key, 0) + after.get(key, 0)
        for key in before.keys() | after.keys()
    }
