"""Our own format: one row per line, as the journal writes them.

    {"format": "spanlit", "version": 1, …}     what is in the file
    ["spans", {"trace_id": …}]                 a row: its table and its fields
    ["end", {"spans": 12}]                     that the file is whole, and how much was in it

Readers ignore fields and tables that they do not know, so a newer Spanlit may add some without
a new version.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO, Any

import orjson

from spanlit.storage.store import TABLES, Row
from spanlit.storage.writing.journal import DamagedLine, build_row, dump_row

from .check import check_row
from .errors import DamagedInput, TransferError
from .selection import Selection

FORMAT = "spanlit"
VERSION = 1
END = "end"

OnDamage = Callable[[str], None]
"""Takes a sentence about a part of the input that was left out, or raises it."""


def header(selection: Selection) -> dict[str, Any]:
    """What an export says about itself."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "spanlit": version("spanlit"),
        "created_at": datetime.fromtimestamp(int(time.time()), UTC).isoformat(),
        "projects": list(selection.projects) or "all",
        "since_ns": selection.since_ns,
        "until_ns": selection.until_ns,
        "thread_id": selection.thread_id,
        "tables": list(selection.tables),
    }


async def write(file: IO[bytes], rows: AsyncIterator[Row], about: dict[str, Any]) -> Counter[str]:
    """Write rows and return how many there were, by table.

    Args:
        file: Where to.
        rows: What to write.
        about: The header.
    """
    counts: Counter[str] = Counter()
    names = {row_class: table for table, row_class in TABLES.items()}
    file.write(orjson.dumps(about) + b"\n")
    async for row in rows:
        file.write(dump_row(row) + b"\n")
        counts[names[type(row)]] += 1
    file.write(orjson.dumps([END, counts]) + b"\n")
    return counts


def is_header(line: bytes) -> bool:
    """Whether this is the first line of such a file."""
    try:
        first = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(first, dict) and first.get("format") == FORMAT


def require_version(about: dict[str, Any], name: str) -> None:
    """Refuse what a newer Spanlit wrote.

    Raises:
        TransferError: It did.
    """
    if not isinstance(about.get("version"), int) or about["version"] > VERSION:
        raise TransferError(
            f"{name} was written by Spanlit {about.get('spanlit', 'of a later version')} in a "
            f"newer format than this one reads. Update Spanlit and import again."
        )


def read(
    lines: Iterator[bytes], name: str, on_damage: OnDamage, on_unknown: Callable[[str], None]
) -> Iterator[Row]:
    """The rows of a file.

    Args:
        lines: The whole file, its header included.
        name: What people know the file by.
        on_damage: Told of every line that is not what was written, by its number.
        on_unknown: Told the table of every row that this version has no place for.

    Raises:
        TransferError: It is not such a file, or one of a newer format.
    """
    first = next(lines, b"")
    if not is_header(first):
        raise TransferError(f"{name} is not an export of Spanlit: its first line says nothing so.")
    require_version(orjson.loads(first), name)
    is_whole = False
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            table, values = orjson.loads(line)
            if table == END:
                is_whole = True
            elif table in TABLES:
                row = build_row(table, values)
                check_row(row)
                yield row
            else:
                on_unknown(str(table))
        except (ValueError, TypeError) as error:
            on_damage(f"{name}: line {number} is damaged: {_why(error)}")
    if not is_whole:
        on_damage(f"{name} ends too early: its last line is missing, and maybe more")


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, DamagedLine) else "it is not the JSON of a row"


def stop(sentence: str) -> None:
    """The `OnDamage` that stops the import."""
    raise DamagedInput(f"{sentence}.")
