"""Any Python value as text for a body of a span. Nothing here raises."""

import dataclasses
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import orjson

TEXT = "text/plain"
JSON = "application/json"

_JSON_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def to_text(value: object) -> tuple[str, str]:
    """`value` as text, and the MIME type of that text.

    Strings stay as they are; bytes become a note of their size; everything with structure
    becomes JSON, with leaves that JSON does not know as their `str`.
    """
    if isinstance(value, str):
        return clean(value), TEXT
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _note_of_bytes(value), TEXT
    if value is None or isinstance(value, (bool, int, float)) or _has_structure(value):
        return to_json(value), JSON
    return _describe(value), TEXT


def to_json(value: object) -> str:
    """`value` as compact JSON; as a JSON string of its `repr` if it cannot be written."""
    try:
        return orjson.dumps(value, default=_leaf, option=_JSON_OPTIONS).decode()
    except Exception:
        return _to_json_slowly(value)


def clean(text: str) -> str:
    """`text` without lone surrogates, which neither exporters nor stores can encode."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 code units, which is how JavaScript counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _to_json_slowly(value: object) -> str:
    """Orjson refuses integers above 64 bits and lone surrogates; the standard library does not."""
    try:
        return json.dumps(value, default=_leaf, skipkeys=True)
    except Exception:
        return json.dumps(_describe(value))


def _has_structure(value: object) -> bool:
    return (
        isinstance(value, (Mapping, list, tuple, AbstractSet))
        or dataclasses.is_dataclass(value)
        or hasattr(type(value), "model_dump")
    )


def _leaf(value: Any) -> Any:
    if hasattr(type(value), "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _note_of_bytes(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, AbstractSet):
        return list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    return _describe(value)


def _note_of_bytes(value: bytes | bytearray | memoryview) -> str:
    size = value.nbytes if isinstance(value, memoryview) else len(value)
    return f"<{size:,} bytes>"


def _describe(value: object) -> str:
    try:
        return clean(str(value))
    except Exception:
        return f"<{type(value).__module__}.{type(value).__qualname__}>"
