"""What a span is, whoever wrote it."""

from typing import Any

import pytest

from spanlit.tracing.kinds import KINDS, kind_of


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"spanlit.kind": "message"}, "message"),
        ({"spanlit.kind": "turn", "gen_ai.operation.name": "invoke_workflow"}, "turn"),
        ({"spanlit.kind": "unheard of", "gen_ai.operation.name": "chat"}, "llm"),
        ({"gen_ai.operation.name": "chat"}, "llm"),
        ({"gen_ai.operation.name": "generate_content"}, "llm"),
        ({"gen_ai.operation.name": "embeddings"}, "embedding"),
        ({"gen_ai.operation.name": "retrieval"}, "retrieval"),
        ({"gen_ai.operation.name": "execute_tool", "mcp.method.name": "tools/call"}, "tool"),
        ({"gen_ai.operation.name": "invoke_agent"}, "agent"),
        ({"gen_ai.operation.name": "invoke_workflow"}, "chain"),
        ({"gen_ai.operation.name": "chat", "openinference.span.kind": "AGENT"}, "llm"),
        ({"openinference.span.kind": "RETRIEVER"}, "retrieval"),
        ({"openinference.span.kind": "reranker"}, "rerank"),
        ({"openinference.span.kind": "EVALUATOR"}, "other"),
        ({"traceloop.span.kind": "workflow"}, "chain"),
        ({"mcp.method.name": "tools/call"}, "tool"),
        ({"mcp.method.name": "tools/list"}, "other"),
        ({"db.system.name": "postgresql", "http.request.method": "POST"}, "db"),
        ({"http.request.method": "POST"}, "http"),
        ({"gen_ai.operation.name": ["chat"]}, "other"),
        ({"spanlit.kind": ["tool"]}, "other"),
        ({}, "other"),
    ],
)
def test_kind(attributes: dict[str, Any], kind: str) -> None:
    assert kind in KINDS
    assert kind_of(attributes) == kind
