"""The nouns of tracing, in one place."""

from collections.abc import Mapping, Sequence
from typing import Literal

Kind = Literal[
    "turn",
    "message",
    "agent",
    "llm",
    "tool",
    "retrieval",
    "embedding",
    "rerank",
    "guardrail",
    "chain",
    "http",
    "db",
    "other",
]
"""What a span is, as the UI draws it; derived by `spanlit.tracing.kinds` from attributes."""

Status = Literal["running", "ok", "error", "cancelled", "abandoned"]
"""How a span stands. `abandoned`: its process died before the span ended."""

Role = Literal["user", "assistant", "system"]

BodyField = Literal["input", "output"]
"""The two bodies of a span that can stream."""

AttributeScalar = str | bool | int | float
AttributeValue = (
    AttributeScalar | None | Sequence["AttributeValue"] | Mapping[str, "AttributeValue"]
)
"""An OpenTelemetry AnyValue without bytes."""
