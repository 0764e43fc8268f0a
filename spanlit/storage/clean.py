"""Making any value storable: JSON without surprises."""

import math
from collections.abc import Mapping
from typing import Any

from spanlit.tracing.content import clean

MAX_DEPTH = 32
INT64 = 2**63


def clean_json(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain JSON: what has no place in JSON becomes text or None.

    Integers beyond 64 bits become text, NaN and infinities None, keys text, unknown objects
    their `str`, and what lies deeper than `MAX_DEPTH` an ellipsis.
    """
    match value:
        case str():
            return clean(value)
        case bool() | None:
            return value
        case int():
            return int(value) if -INT64 <= value < INT64 else str(value)
        case float():
            return float(value) if math.isfinite(value) else None
        case bytes():
            return value.decode(errors="replace")
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {clean(str(key)): clean_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean_json(item, depth + 1) for item in value]
    return clean(str(value))
