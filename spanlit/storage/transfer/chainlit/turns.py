"""Which steps of a Chainlit thread make one turn.

Chainlit has no turns: a thread is a list of steps. A message of the user begins a turn, and what
follows belongs to it until the next one, unless its parent says otherwise. What comes before the
first message belongs to `on_chat_start`. Chainlit wraps every hook in a step of type `run`; that
step is the turn itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .layouts import Record, time_ns

WRAPPERS = ("on_message", "on_chat_start")


@dataclass(slots=True)
class SourceStep:
    """A step with its times in Unix nanoseconds."""

    row: Record
    start_ns: int
    end_ns: int

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def parent_id(self) -> str:
        return self.row.get("parentId") or ""

    @property
    def type(self) -> str:
        return str(self.row["type"])


@dataclass(slots=True)
class SourceTurn:
    """The steps of a turn by start, without its wrapper.

    Args:
        key: Where its ids are made from.
        question: The message that began it; None for `on_chat_start`.
        wrapper: The step that Chainlit wrapped the hook in.
        steps: All others, the question included.
    """

    key: str
    question: SourceStep | None = None
    wrapper: SourceStep | None = None
    steps: list[SourceStep] = field(default_factory=list)

    @property
    def everything(self) -> list[SourceStep]:
        return [*([self.wrapper] if self.wrapper else []), *self.steps]


def turns_of(thread_id: str, rows: Iterable[Record]) -> tuple[list[SourceTurn], int]:
    """The turns of a thread, and how many steps were left out because they bear no date."""
    dated = [step for row in rows if (step := _dated(row)).start_ns > 0]
    steps = sorted(dated, key=lambda step: step.start_ns)
    by_id = {step.id: step for step in steps}
    turns: list[SourceTurn] = [SourceTurn(thread_id)]
    turn_of: dict[str, SourceTurn] = {}
    for step in steps:
        if step.type == "user_message" and step.parent_id not in by_id:
            turns.append(SourceTurn(step.id, question=step))
            turn_of[step.id] = turns[-1]
    for step in steps:
        turn = turn_of.get(_top(step, by_id).id) or _turn_at(step.start_ns, turns)
        _add(turn, step)
    return [turn for turn in turns if turn.everything], len(list(rows)) - len(steps)


def _dated(row: Record) -> SourceStep:
    start_ns = time_ns(row.get("start")) or time_ns(row.get("createdAt"))
    return SourceStep(row, start_ns, max(start_ns, time_ns(row.get("end"))))


def _top(step: SourceStep, by_id: dict[str, SourceStep]) -> SourceStep:
    seen = {step.id}
    while step.parent_id in by_id and step.parent_id not in seen:
        step = by_id[step.parent_id]
        seen.add(step.id)
    return step


def _turn_at(start_ns: int, turns: list[SourceTurn]) -> SourceTurn:
    begun = turns[0]
    for turn in turns[1:]:
        if turn.question is not None and turn.question.start_ns <= start_ns:
            begun = turn
    return begun


def _add(turn: SourceTurn, step: SourceStep) -> None:
    is_wrapper = (
        step.type == "run"
        and turn.wrapper is None
        and step.row.get("name") in WRAPPERS
        and step.parent_id in ("", turn.key)
    )
    if is_wrapper:
        turn.wrapper = step
    else:
        turn.steps.append(step)
