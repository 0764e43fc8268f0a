"""How far a command is, on a terminal; nothing where nobody looks."""

import sys
import time
from collections.abc import Callable
from typing import Self

import click

EVERY_S = 0.2


class Progress:
    """One line on stderr that counts rows; a context manager.

    Args:
        label: What happens to the rows.
        part: Returns which part is done, from 0 to 1; None where nobody knows.
    """

    def __init__(self, label: str, part: Callable[[], float | None] = lambda: None) -> None:
        self._label = label
        self._part = part
        self._rows = 0
        self._next = 0.0
        self._shows = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shows and self._next:
            click.echo("\r\033[K", nl=False, err=True)

    def add(self, rows: int = 1) -> None:
        """Count rows."""
        self._rows += rows
        if self._shows and (now := time.monotonic()) >= self._next:
            self._next = now + EVERY_S
            part = self._part()
            percent = "" if part is None else f", {part:4.0%}"
            click.echo(f"\r\033[K{self._label}: {self._rows:,} rows{percent}", nl=False, err=True)


def counted(counts: dict[str, int]) -> str:
    """Counts in words: "12 spans, 3 threads"; "nothing" if there are none."""
    words = [f"{count:,} {_noun(name, count)}" for name, count in counts.items() if count]
    return ", ".join(words) or "nothing"


def _noun(plural: str, count: int) -> str:
    if count != 1:
        return plural
    return {"processes": "process", "bodies": "body"}.get(plural) or plural.removesuffix("s")
