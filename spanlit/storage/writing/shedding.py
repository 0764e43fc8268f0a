"""What journalled rows lose when the spool is full: bodies first, then spans, last all else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import orjson

from spanlit.storage.bodies import is_body
from spanlit.tracing.attributes import BLOB_KEYS, TRUNCATED

from .journal import DamagedLine, is_span, read_line, seal

LONG_VALUE: Final = 1_000
"""Length from which a value of any attribute counts as content."""


class Shed(IntEnum):
    """How much a segment has lost; each level includes those before it."""

    NOTHING = 0
    BODIES = 1
    SPANS = 2
    ALL = 3


@dataclass(slots=True)
class Rest:
    """What is left of a segment's lines, and what is gone."""

    lines: list[bytes] = field(default_factory=list)
    bodies: int = 0
    """Spans that lost their bodies."""
    rows: int = 0
    """Rows that are gone."""


def shed(lines: Iterable[bytes], level: Shed) -> Rest:
    """Take away from lines (with newlines) what goes at `level`; others stay as they are."""
    rest = Rest()
    for line in lines:
        if level is Shed.ALL or (level is Shed.SPANS and is_span(line)):
            rest.rows += 1
            continue
        thinner = without_bodies(line) if is_span(line) else line
        rest.bodies += thinner is not line
        rest.lines.append(thinner)
    return rest


def without_bodies(line: bytes) -> bytes:
    """Return the line of a span without its bodies, or `line` itself if there are none.

    The attribute `spanlit.truncated` says how many bytes of JSON were lost. References to blobs
    stay: what they refer to is not in the spool.
    """
    try:
        table, span = read_line(line.rstrip(b"\n"))
    except DamagedLine:
        return line  # whoever reads the segment counts it
    attributes: dict[str, Any] = span.get("attributes", {})
    kept = {key: value for key, value in attributes.items() if not _is_content(key, value)}
    if not (span.get("input") or span.get("output") or span.get("events")) and kept == attributes:
        return line
    span |= {"input": "", "output": "", "events": [], "attributes": kept}
    kept[TRUNCATED] = len(line) - len(seal(orjson.dumps([table, span])))
    return seal(orjson.dumps([table, span]))


def _is_content(key: str, value: object) -> bool:
    if key in BLOB_KEYS:
        return False
    return is_body(key) or (isinstance(value, str | list | dict) and _is_long(value))


def _is_long(value: str | list[Any] | dict[str, Any]) -> bool:
    if isinstance(value, str):
        return len(value) >= LONG_VALUE
    return len(orjson.dumps(value)) >= LONG_VALUE
