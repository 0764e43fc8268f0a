"""What the `type` of a step means in OpenTelemetry's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, cast

from . import attributes as keys
from .kinds import KINDS
from .types import Kind


class Meaning(NamedTuple):
    """Kind of the span, GenAI operation, and the attribute that takes the name of the step."""

    kind: Kind
    operation: str | None = None
    name_key: str | None = None


STEP_TYPES: Mapping[str, Meaning] = MappingProxyType(
    {
        "run": Meaning("agent", "invoke_agent", keys.AGENT_NAME),
        "agent": Meaning("agent", "invoke_agent", keys.AGENT_NAME),
        "tool": Meaning("tool", "execute_tool", keys.TOOL_NAME),
        "llm": Meaning("llm", "chat"),
        "embedding": Meaning("embedding", "embeddings"),
        "retrieval": Meaning("retrieval", "retrieval"),
        "undefined": Meaning("chain"),
    }
)
"""Types of Chainlit, and `agent`. Every kind is a type too; other words make an `other` span."""


def kind_of_type(step_type: str) -> Kind:
    """The kind of the span of a step."""
    meaning = STEP_TYPES.get(step_type)
    if meaning is not None:
        return meaning.kind
    return cast("Kind", step_type) if step_type in KINDS else "other"


def attributes_of_type(step_type: str, name: str) -> dict[str, str]:
    """The attributes that say what a step is.

    Args:
        step_type: The `type` of the step.
        name: Its name, which is also the name of the tool or agent.
    """
    values = {keys.STEP_TYPE: step_type}
    meaning = STEP_TYPES.get(step_type)
    if meaning is not None:
        if meaning.operation:
            values[keys.OPERATION_NAME] = meaning.operation
        if meaning.name_key:
            values[meaning.name_key] = name
    return values
