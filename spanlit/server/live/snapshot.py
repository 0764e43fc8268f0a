"""A thread as it is now: the store's history with the live state laid over it."""

from collections.abc import Iterable
from typing import Final

from spanlit.storage.models import Score

from .fold import LiveState, score_key
from .history import History
from .present import message_view, score_view, turn_view
from .views import MessageView, ScoreView, Snapshot, SpanView, ThreadView, TurnView

MAX_CHARS: Final = 1_000_000
"""Text of messages in a snapshot; of a longer thread it has the end."""


def make_snapshot(thread: ThreadView, history: History, live: LiveState) -> Snapshot:
    """Join what is stored and what is live; live wins."""
    turns, messages = _end(_turns(history, live), _messages(history, live))
    return Snapshot(
        thread=thread,
        turns=turns,
        messages=messages,
        spans=_running_spans(live),
        partial=_partial_outputs(live),
        scores=join_scores(history.scores, live),
    )


def _turns(history: History, live: LiveState) -> list[TurnView]:
    turns = {
        record.trace_id: turn_view(record, history.totals.get(record.trace_id))
        for record in history.spans
        if record.kind == "turn"
    }
    for trace_id, trace in live.traces.items():
        if trace.turn is not None:
            turns[trace_id] = trace.turn
    return sorted(turns.values(), key=lambda turn: (turn.start_us, turn.trace_id))


def _messages(history: History, live: LiveState) -> list[MessageView]:
    messages = {
        record.span_id: message_view(record) for record in history.spans if record.kind == "message"
    }
    for span in live.spans():
        if message := span.message():
            messages[message.id] = message
    for trace in live.traces.values():
        for span_id in trace.removed:
            messages.pop(span_id, None)
    return sorted(messages.values(), key=lambda message: (message.start_us, message.id))


def _end(
    turns: list[TurnView], messages: list[MessageView]
) -> tuple[list[TurnView], list[MessageView]]:
    """The last turns, whole, whose messages fit `MAX_CHARS`; the very last one in any case.

    Each connection that stops reading holds a snapshot in memory.
    """
    chars = 0
    fits = current = messages[-1].trace_id if messages else ""
    for message in reversed(messages):
        if message.trace_id != current:
            fits, current = current, message.trace_id
        chars += len(message.text)
        if chars > MAX_CHARS:
            return _from_turn(fits, turns, messages)
    return turns, messages


def _from_turn(
    trace_id: str, turns: list[TurnView], messages: list[MessageView]
) -> tuple[list[TurnView], list[MessageView]]:
    start_us = next((turn.start_us for turn in turns if turn.trace_id == trace_id), 0)
    return (
        [turn for turn in turns if turn.start_us >= start_us],
        [message for message in messages if message.start_us >= start_us],
    )


def _running_spans(live: LiveState) -> list[SpanView]:
    return [
        span.view
        for trace in live.traces.values()
        if trace.running
        for span in trace.spans.values()
    ]


def _partial_outputs(live: LiveState) -> dict[str, str]:
    return {
        span.view.span_id: output
        for span in live.spans()
        if not span.ended and span.view.kind != "message" and (output := span.body("output"))
    }


def join_scores(stored: Iterable[Score], live: LiveState) -> list[ScoreView]:
    """Scores as they are now; live ones win over what is stored."""
    scores = {score_key(score): score for score in stored}
    scores |= {key: score for key, (score, _) in live.scores.items()}
    return [score_view(score) for score in scores.values() if not score.removed]
