"""A thread as it is now: the store's history with the live state laid over it."""

from .fold import LiveState
from .history import History
from .translate import message_view, score_view, turn_view
from .views import MessageView, ScoreView, Snapshot, SpanView, ThreadView, TurnView


def make_snapshot(thread: ThreadView, history: History, live: LiveState) -> Snapshot:
    """Join what is stored and what is live; live wins."""
    return Snapshot(
        thread=thread,
        turns=_turns(history, live),
        messages=_messages(history, live),
        spans=_running_spans(live),
        partial=_partial_outputs(live),
        scores=_scores(history, live),
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


def _scores(history: History, live: LiveState) -> list[ScoreView]:
    scores = {(score.trace_id, score.span_id, score.name): score for score in history.scores}
    scores |= {key: score for key, (score, _) in live.scores.items()}
    return [score_view(score) for score in scores.values() if not score.removed]
