"""Frames of the live protocol, folded as a client does it."""

from typing import Any

import pytest

from spanlit.server.live.events import Frame
from spanlit.testing import MissedEventsError, ThreadState

THREAD = {"id": "thread", "name": "", "created_us": 1, "updated_us": 1}
TURN = {"trace_id": "t", "span_id": "r", "name": "on_message", "status": "running", "start_us": 1}
FACTS = {"role": "assistant", "author": "Assistant"}
SPAN = {
    "trace_id": "t",
    "span_id": "m",
    "parent_id": "r",
    "name": "message",
    "kind": "message",
    "status": "running",
    "start_us": 2,
    "message": FACTS,
}


def frame(prev_seq: int, *events: dict[str, Any], snapshot: Any = None, epoch: str = "e") -> Frame:
    return Frame.model_validate(
        {
            "thread_id": "thread",
            "epoch": epoch,
            "prev_seq": prev_seq,
            "seq": prev_seq + len(events),
            "snapshot": snapshot,
            "events": events,
        }
    )


def snapshot(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"turns": [], "messages": [], "spans": [], "partial": {}, "scores": []}
    return {"thread": THREAD, **empty, **parts}


def delta(text: str, offset: int) -> dict[str, Any]:
    return {
        "type": "span-delta",
        "trace_id": "t",
        "span_id": "m",
        "field": "output",
        "text": text,
        "offset": offset,
    }


@pytest.fixture
def state() -> ThreadState:
    """A thread in which a message has begun."""
    state = ThreadState()
    state.apply(frame(0, snapshot=snapshot()))
    state.apply(
        frame(0, {"type": "turn-start", "turn": TURN}, {"type": "span-start", "span": SPAN})
    )
    return state


def test_a_message_streams(state: ThreadState) -> None:
    """Offsets count UTF-16 code units: the emoji is two."""
    state.apply(frame(2, delta("a😀", 0), delta("b", 3)))

    assert [message.text for message in state.messages] == ["a😀b"]
    assert state.trace("t").names == ["message"]


def test_the_end_of_a_message_has_its_text(state: ThreadState) -> None:
    message = {"id": "m", "trace_id": "t", **FACTS, "text": "all", "status": "ok", "start_us": 2}
    end = {"type": "span-end", "span": {**SPAN, "status": "ok"}, "message": message}
    state.apply(frame(2, end, {"type": "turn-end", "turn": {**TURN, "status": "ok"}}))

    assert [message.text for message in state.messages] == ["all"]
    assert state.turns["t"].status == "ok"


def test_a_message_can_be_taken_back(state: ThreadState) -> None:
    state.apply(frame(2, {"type": "span-remove", "trace_id": "t", "span_id": "m"}))

    assert state.messages == []


@pytest.mark.parametrize(
    "missed",
    [frame(3), frame(2, epoch="other"), frame(2, delta("text", 1))],
    ids=["sequence", "epoch", "text"],
)
def test_what_was_missed_is_noticed(state: ThreadState, missed: Frame) -> None:
    with pytest.raises(MissedEventsError):
        state.apply(missed)


def test_a_snapshot_replaces_everything(state: ThreadState) -> None:
    message = {
        "id": "n",
        "trace_id": "t",
        **FACTS,
        "text": "so f",
        "status": "running",
        "start_us": 2,
    }
    state.apply(frame(9, snapshot=snapshot(messages=[message], partial={"x": "out"}), epoch="new"))
    state.apply(frame(9, {**delta("ar", 4), "span_id": "n"}, epoch="new"))

    assert [message.text for message in state.messages] == ["so far"]
    assert state.output("x") == "out"
    assert state.turns == {}
