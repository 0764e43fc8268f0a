"""Feedback as hooks see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user thinks of an answer. The names are those that Chainlit's apps know."""

    forId: str  # noqa: N815 (Chainlit's name)
    """Id of the message, or of any other step; of a trace or a thread if a whole one is rated."""
    value: float | None
    """1 is good, 0 is bad. Scores that the app declared may hold other numbers, or none."""
    threadId: str  # noqa: N815 (Chainlit's name)
    comment: str = ""
    name: str = "user-feedback"
    """Which score it is; a step can have several."""
    trace_id: str = ""
    reasons: tuple[str, ...] = ()
    """What was chosen from the reasons that the page offers."""
    label: str = ""
    """The category, for scores that hold one."""

    @property
    def id(self) -> str:
        """Identifies the score: a second one of the same id replaces the first."""
        return f"{self.forId}:{self.name}"
