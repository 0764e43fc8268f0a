"""What a model call cost, from the price list of the `genai-prices` package."""

import logging
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from . import attributes
from .record import SpanRecord

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

log = logging.getLogger(__name__)

_PROVIDER_IDS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
}
"""`gen_ai.provider.name` -> id of the provider in the price list, where they differ."""


def cost_usd(record: SpanRecord) -> float:
    """The cost of a model call in US dollars; 0 if model, tokens or price are unknown.

    A cost that the span brings along (`spanlit.cost_usd`) is believed. Never raises.
    """
    if attributes.COST_USD in record.attributes:
        return record.cost_usd
    if record.kind not in ("llm", "embedding") or not record.model:
        return 0.0
    if not record.input_tokens and not record.output_tokens:
        return 0.0
    try:
        return _list_price(record)
    except Exception as error:  # e.g. more cached tokens than tokens
        log.debug("No price for %s: %s", record.model, error)
        return 0.0


def _list_price(record: SpanRecord) -> float:
    found = _find(record.provider, record.model)
    if found is None:
        return 0.0
    from genai_prices import Usage  # 0.4 s, for those who have model calls

    provider, model = found
    written = record.attributes.get(attributes.CACHE_WRITE_TOKENS)
    usage = Usage(
        input_tokens=record.input_tokens,
        output_tokens=record.output_tokens,
        cache_read_tokens=record.cached_tokens or None,
        cache_write_tokens=written if isinstance(written, int) and written > 0 else None,
    )
    asked_at = datetime.fromtimestamp(record.start_time_ns / 1e9, tz=UTC)
    price = model.calc_price(usage, provider, genai_request_timestamp=asked_at)
    return float(price.total_price)


@lru_cache(maxsize=1_000)
def _find(provider: str, model: str) -> "tuple[Provider, ModelInfo] | None":
    """The entry of the price list, None if there is none.

    Without a provider the model's name tells. A provider that is not in the list is not
    replaced by a guess: `gpt-oss` on a local Ollama costs nothing.
    """
    from genai_prices.data_snapshot import get_snapshot  # as above

    provider_id = _PROVIDER_IDS.get(provider, provider) or None
    try:
        return get_snapshot().find_provider_model(model, None, provider_id, None)
    except LookupError:
        return None
