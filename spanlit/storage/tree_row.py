"""What is left of a span in a row of the trace tree, which shows no bodies."""

from dataclasses import replace
from typing import Final

from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord

PREVIEW_CHARS: Final = 200
"""How much of a body a row shows, in characters."""

FLAGS: Final = (keys.STEP_DEFAULT_OPEN, keys.MESSAGE_IS_ERROR)
"""Attributes of a row that are true or false."""

ATTRIBUTES: Final = (
    *FLAGS,
    keys.STEP_ICON,
    keys.STEP_LANGUAGE,
    keys.MESSAGE_ROLE,
    keys.MESSAGE_AUTHOR,
    keys.COMMAND_ID,
)
"""Attributes that a row shows."""


def tree_row(span: SpanRecord) -> SpanRecord:
    """Return a copy of `span` with what the tree shows of it."""
    return replace(
        span,
        input=span.input[:PREVIEW_CHARS],
        output=span.output[:PREVIEW_CHARS],
        attributes={key: span.attributes[key] for key in ATTRIBUTES if key in span.attributes},
        events=[],
        links=[],
        resource={},
    )
