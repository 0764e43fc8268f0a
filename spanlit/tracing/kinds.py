"""What a span is, from its attributes. Names of spans are for people and are never read."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from . import attributes
from .types import Kind

KINDS: frozenset[str] = frozenset(get_args(Kind))

OPERATION_KINDS: dict[str, Kind] = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "fetch_response": "llm",
    "embeddings": "embedding",
    "retrieval": "retrieval",
    "search_memory": "retrieval",
    "execute_tool": "tool",
    "create_agent": "agent",
    "invoke_agent": "agent",
    "invoke_workflow": "chain",
    "plan": "chain",
    "create_memory": "db",
    "update_memory": "db",
    "upsert_memory": "db",
    "delete_memory": "db",
    "create_memory_store": "db",
    "delete_memory_store": "db",
}
"""`gen_ai.operation.name` -> kind."""

OPENINFERENCE_KINDS: dict[str, Kind] = {
    "LLM": "llm",
    "EMBEDDING": "embedding",
    "CHAIN": "chain",
    "PROMPT": "chain",
    "RETRIEVER": "retrieval",
    "RERANKER": "rerank",
    "TOOL": "tool",
    "AGENT": "agent",
    "GUARDRAIL": "guardrail",
}
"""`openinference.span.kind` -> kind."""

OPENINFERENCE_NAMES: dict[Kind, str] = {
    "turn": "CHAIN",
    "message": "CHAIN",
    "chain": "CHAIN",
    "rerank": "RERANKER",
    "guardrail": "GUARDRAIL",
}
"""Kind -> `openinference.span.kind`, where OpenTelemetry has no `gen_ai.operation.name`."""

TRACELOOP_KINDS: dict[str, Kind] = {
    "workflow": "chain",
    "task": "chain",
    "agent": "agent",
    "tool": "tool",
}
"""`traceloop.span.kind` (OpenLLMetry) -> kind."""

_DATABASE_KEYS = ("db.system.name", "db.system", "db.operation.name", "db.query.text")
_HTTP_KEYS = ("http.request.method", "http.method", "http.route", "url.full", "http.url")


def kind_of(values: Mapping[str, Any]) -> Kind:
    """The kind of a span with these attributes: ours first, then the conventions by rank."""
    own = _text(values, attributes.KIND)
    if own in KINDS:
        return cast("Kind", own)
    return (
        OPERATION_KINDS.get(_text(values, attributes.OPERATION_NAME))
        or OPENINFERENCE_KINDS.get(_text(values, attributes.OPENINFERENCE_KIND).upper())
        or TRACELOOP_KINDS.get(_text(values, attributes.TRACELOOP_KIND))
        or _by_protocol(values)
    )


def _by_protocol(values: Mapping[str, Any]) -> Kind:
    if attributes.MCP_METHOD in values:
        return "tool" if values[attributes.MCP_METHOD] == "tools/call" else "other"
    if any(key in values for key in _DATABASE_KEYS):
        return "db"
    if any(key in values for key in _HTTP_KEYS):
        return "http"
    return "other"


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
