"""What model calls cost."""

from typing import Any

import pytest

from spanlit.tracing.pricing import cost_usd
from spanlit.tracing.record import SpanRecord


def call(**facts: Any) -> SpanRecord:
    given = {
        "kind": "llm",
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1_000,
        "output_tokens": 100,
        **facts,
    }
    return SpanRecord("0" * 32, "0" * 16, "chat", 1_780_000_000_000_000_000, **given)


@pytest.mark.parametrize(
    ("facts", "cost"),
    [
        ({}, 0.0035),
        ({"model": "gpt-4o-2024-08-06"}, 0.0035),
        ({"provider": ""}, 0.0035),
        ({"provider": "azure.ai.openai"}, 0.0035),
        ({"cached_tokens": 400}, 0.003),
        ({"provider": "anthropic", "model": "claude-sonnet-4-5", "output_tokens": 0}, 0.003),
        ({"kind": "embedding", "model": "text-embedding-3-small", "output_tokens": 0}, 0.00002),
    ],
)
def test_list_prices(facts: dict[str, Any], cost: float) -> None:
    assert cost_usd(call(**facts)) == pytest.approx(cost)


@pytest.mark.parametrize(
    "facts",
    [
        {"model": "a model of tomorrow"},
        {"provider": "", "model": "a model of tomorrow"},
        {"provider": "ollama"},
        {"model": ""},
        {"kind": "tool"},
        {"input_tokens": 0, "output_tokens": 0},
        {"cached_tokens": 2_000},
    ],
)
def test_nothing_is_guessed(facts: dict[str, Any]) -> None:
    assert cost_usd(call(**facts)) == 0


def test_a_cost_that_the_span_brings_is_believed() -> None:
    assert cost_usd(call(cost_usd=0.5, attributes={"spanlit.cost_usd": 0.5})) == 0.5


def test_cache_writes_are_priced() -> None:
    plain = call(provider="anthropic", model="claude-sonnet-4-5")
    written = {"gen_ai.usage.cache_write.input_tokens": 500}
    assert cost_usd(call(provider="anthropic", model="claude-sonnet-4-5", attributes=written)) > (
        cost_usd(plain)
    )
