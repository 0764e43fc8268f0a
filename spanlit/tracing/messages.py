"""The message content of model calls, as people read it.

Shapes: `gen_ai.input.messages` and `gen_ai.output.messages` of the OpenTelemetry conventions,
as a JSON string or as a structured value, and the flat `{"role", "content"}` of older emitters.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from .content import to_json


def parse_structure(value: object) -> object:
    """A structured attribute as it is, a JSON string parsed; broken JSON stays a string."""
    if isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def last_message_text(value: object) -> str:
    """What the last message says: of the input of a model call that is the question."""
    messages = _messages(value)
    return _message_text(messages[-1]) if messages else _raw(value)


def all_messages_text(value: object) -> str:
    """What all messages say, one paragraph each: of an output that is the answer."""
    messages = _messages(value)
    return "\n\n".join(filter(None, map(_message_text, messages))) if messages else _raw(value)


def _messages(value: object) -> list[Mapping[str, Any]]:
    parsed = parse_structure(value)
    if isinstance(parsed, Mapping):
        parsed = [parsed]
    if not isinstance(parsed, (list, tuple)):
        return []
    return [message for message in parsed if isinstance(message, Mapping)]


def _raw(value: object) -> str:
    return value if isinstance(value, str) else to_json(value)


def _message_text(message: Mapping[str, Any]) -> str:
    parts = message.get("parts", message.get("content"))
    if isinstance(parts, str):
        return parts
    if isinstance(parts, Iterable):
        return "\n".join(filter(None, map(_part_text, parts)))
    return ""


def _part_text(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    match part.get("type"):
        case "tool_call":
            return f"{part.get('name')}({_argument_text(part.get('arguments'))})"
        case "tool_call_response":
            return _raw(part.get("response", part.get("result")))
        case "blob" | "file" | "uri":
            return f"[{part.get('modality') or part.get('type')}]"
        case _:
            text = part.get("content", part.get("text"))
            return text if isinstance(text, str) else ""


def _argument_text(arguments: object) -> str:
    return "" if arguments is None else _raw(arguments)
