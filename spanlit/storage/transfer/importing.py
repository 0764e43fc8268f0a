"""Importing a file or folder, whatever of our formats it has."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from spanlit.storage.store import Row

from . import jsonl, otlp_read, parquet
from .errors import DamagedInput, TransferError
from .files import STANDARD, Input, reading

FORMATS = "JSONL or Parquet of `spanlit export`, or OTLP in JSON, each line one request"
PARQUET_MAGIC = b"PAR1"
MAX_LINE_BYTES = 128 * 2**20
"""A line is in memory as a whole, and a few kilobytes of gzip can be a gigabyte of it."""
MAX_UNKNOWN = 20
"""Tables of later versions that are named; there will not be more."""


@dataclass(slots=True)
class Incoming:
    """What is being imported.

    Args:
        format: `jsonl`, `parquet` or `otlp`.
        rows: To be read once.
        position: How many bytes of `size` have been read.
        size: 0 if nobody knows.
        damage: Sentences about what was skipped.
        unknown: How much this version has no place for, by what it is.
    """

    format: str
    rows: Iterator[Row]
    position: Callable[[], int] = lambda: 0
    size: int = 0
    damage: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)


@contextmanager
def incoming(path: Path, *, skip_damaged: bool = False) -> Iterator[Incoming]:
    """Open what lies at `path`; its content says what it is. `-` is stdin.

    Args:
        path: A file, or a folder of Parquet files.
        skip_damaged: Go on behind what is damaged, and tell of it in `damage`.

    Raises:
        DamagedInput: Something is damaged, unless that is skipped.
        TransferError: It is not there, or none of our formats.
    """
    found = Incoming("", iter(()))

    def on_damage(sentence: str) -> None:
        if not skip_damaged:
            jsonl.stop(sentence)
        found.damage.append(sentence)

    def on_unknown(what: str) -> None:
        known = what in found.unknown or len(found.unknown) < MAX_UNKNOWN
        found.unknown[what[:40] if known else "others"] += 1

    if path != STANDARD and (path.is_dir() or _is_parquet(path)):
        found.format, found.rows = "parquet", parquet.read(path, on_damage)
        yield found
        return
    try:
        with reading(path) as file:
            rest = _lines(file, on_damage)
            first = next(rest, b"")
            lines = chain([first], rest)
            found.position, found.size = file.position, file.size
            if jsonl.is_header(first):
                found.format = "jsonl"
                found.rows = jsonl.read(lines, file.name, on_damage, on_unknown)
            elif otlp_read.is_request(first):
                found.format = "otlp"
                found.rows = otlp_read.read(lines, file.name, on_damage, on_unknown)
            else:
                raise TransferError(f"{file.name} is not a file that can be imported: {FORMATS}.")
            yield found
    except DamagedInput as error:
        if not skip_damaged:
            raise
        found.damage.append(str(error).rstrip("."))


def _lines(file: Input, on_damage: jsonl.OnDamage) -> Iterator[bytes]:
    """The lines of a file; an empty one for each that is too long."""
    for number in count(1):
        line = file.lines.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            on_damage(
                f"{file.name}: line {number} is damaged: it has more than "
                f"{MAX_LINE_BYTES // 2**20} MB"
            )
            while line and not line.endswith(b"\n"):
                line = file.lines.readline(2**20)
            line = b"\n"
        yield line


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    except OSError:
        return False  # said by who reads it
