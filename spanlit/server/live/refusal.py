"""Why the server does not do what a client asked for."""

from typing import Final

from .commands import CommandError, ErrorCode


class Refusal(Exception):
    """A request that cannot be granted; the message is one sentence for the user."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.error: Final = CommandError(code=code, message=message)


def unknown_thread() -> Refusal:
    """The same for a thread that does not exist and for one of somebody else."""
    return Refusal("unknown-thread", "There is no such thread.")


def unknown_span() -> Refusal:
    """The same for a span or trace that does not exist and for one of somebody else."""
    return Refusal("unknown-span", "There is no such step.")


def storage_away() -> Refusal:
    """The answer lies in a store that cannot be reached."""
    return Refusal("unavailable", "Storage is away; try again in a moment.")
