"""Input and output of a span, found in whichever attribute its emitter put them."""

from collections.abc import Callable, MutableMapping
from typing import Any, NamedTuple

from . import attributes
from .content import JSON, to_json
from .messages import all_messages_text, last_message_text, parse_structure
from .types import Kind


class BodyKeys(NamedTuple):
    """Where one body of a span may be, by rank."""

    value: str
    mime: str
    whole: tuple[str, ...]
    messages: str
    read_messages: Callable[[object], str]


INPUT = BodyKeys(
    attributes.INPUT_VALUE,
    attributes.INPUT_MIME,
    (attributes.TOOL_CALL_ARGUMENTS, attributes.RETRIEVAL_QUERY),
    attributes.INPUT_MESSAGES,
    last_message_text,
)
OUTPUT = BodyKeys(
    attributes.OUTPUT_VALUE,
    attributes.OUTPUT_MIME,
    (attributes.TOOL_CALL_RESULT, attributes.RETRIEVAL_DOCUMENTS),
    attributes.OUTPUT_MESSAGES,
    all_messages_text,
)


def take_body(values: MutableMapping[str, Any], keys: BodyKeys) -> str:
    """The body as text.

    The attribute that is the whole body is taken out of `values`, so that nothing is kept
    twice. Messages stay, as a JSON string: the body is only what they say.
    """
    if keys.messages in values and not isinstance(values[keys.messages], str):
        values[keys.messages] = to_json(values[keys.messages])
    if keys.value in values:
        return _text(values.pop(keys.value), values, keys)
    for key in keys.whole:
        if key in values:
            return _text(values.pop(key), values, keys)
    if keys.messages in values:
        return keys.read_messages(values[keys.messages])
    return ""


def document_count(values: MutableMapping[str, Any], kind: Kind, output: str) -> int | None:
    """How many documents a retrieval or reranking gave back; None if nobody can tell."""
    count = values.get(attributes.DOCUMENT_COUNT)
    if isinstance(count, int) and not isinstance(count, bool):
        return count
    if kind not in ("retrieval", "rerank"):
        return None
    indexes = {key.split(".")[2] for key in values if key.startswith(_OPENINFERENCE_DOCUMENTS)}
    if indexes:
        return len(indexes)
    found = parse_structure(output) if output.startswith("[") else None
    return len(found) if isinstance(found, list) else None


_OPENINFERENCE_DOCUMENTS = ("retrieval.documents.", "reranker.output_documents.")


def _text(value: object, values: MutableMapping[str, Any], keys: BodyKeys) -> str:
    if isinstance(value, str):
        return value
    values.setdefault(keys.mime, JSON)
    return to_json(value)
