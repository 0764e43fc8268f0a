"""What a span holds of what people and models said, and the span without it."""

from dataclasses import replace
from typing import Final

from spanlit.tracing.attributes import BLOB_KEYS, CONTENT_KEYS, CONTENT_PREFIXES
from spanlit.tracing.record import SpanRecord

BODY_KEYS: Final = (*sorted(CONTENT_KEYS), *BLOB_KEYS)
"""Attributes with content, and those that refer to a blob with content."""

BODY_PREFIXES: Final = CONTENT_PREFIXES
"""How attributes with content begin whose keys carry an index."""


def is_body(key: str) -> bool:
    """Whether an attribute goes when the bodies of its span expire."""
    return key in BODY_KEYS or key.startswith(BODY_PREFIXES)


def has_bodies(span: SpanRecord) -> bool:
    """Whether `without_bodies` would take anything away."""
    return bool(span.input or span.output or span.events or any(map(is_body, span.attributes)))


def without_bodies(span: SpanRecord) -> SpanRecord:
    """Return a copy without input, output, events, and attributes with content."""
    attributes = {key: value for key, value in span.attributes.items() if not is_body(key)}
    return replace(span, input="", output="", events=[], attributes=attributes)


def blobs_of(span: SpanRecord) -> set[str]:
    """Keys of the blobs that a span refers to."""
    return {str(span.attributes[key]) for key in BLOB_KEYS if span.attributes.get(key)}
