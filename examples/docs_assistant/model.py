"""The language model: any server that speaks OpenAI's protocol."""

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from errors import ModelError
from mcp_server import SectionText
from openai import AsyncOpenAI, OpenAIError
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionMessageParam
from opentelemetry import trace
from planner import MAX_SEARCHES, Said

import spanlit as cl
from spanlit.tracing import attributes

OnToken = Callable[[str], Awaitable[None]]

DEFAULT_MODEL = "gpt-5-mini"

PLAN = f"""You plan how to answer a question from a documentation that can be searched by words.
Answer with one JSON object and nothing else:
{{"guess": "title of a section that would answer it", "searches": ["keywords"]}}
At most {MAX_SEARCHES} searches of two to five keywords each, no question words."""

ANSWER = """You answer questions about a documentation, only from the numbered sections below.
Answer in Markdown, briefly. Quote the sentence that proves a claim as a block quote (a line that
begins with ">"), word for word, and put the number of its section in brackets behind it, like [1].
If the sections do not answer the question, say so.
"""


class Model:
    """A chat model; each call is a step of type `llm` with its tokens.

    The environment chooses it: `OPENAI_API_KEY`, `OPENAI_BASE_URL` (for example Ollama's
    `http://127.0.0.1:11434/v1`) and `OPENAI_MODEL`. Without the last one it is the first model
    that the server at the base URL has, or gpt-5-mini at OpenAI.
    """

    def __init__(self) -> None:
        base_url = os.environ.get("OPENAI_BASE_URL")
        # Local servers ask for no key, but the client insists on one.
        key = os.environ.get("OPENAI_API_KEY") or "none"
        self._client = AsyncOpenAI(api_key=key, base_url=base_url)
        self._name = os.environ.get("OPENAI_MODEL") or ("" if base_url else DEFAULT_MODEL)

    @property
    def description(self) -> str:
        """What writes, in words."""
        return f"The model {self._name}" if self._name else f"A model at {self._client.base_url}"

    async def plan(self, conversation: Sequence[Said]) -> str:
        """Ask how to look up the last question of a conversation; `planner.parse` reads it.

        Raises:
            ModelError: the model cannot be reached or broke off.
        """
        return await self._chat([{"role": "system", "content": PLAN}, *conversation])

    async def answer(
        self, conversation: Sequence[Said], sections: Sequence[SectionText], on_token: OnToken
    ) -> str:
        """Answer the last question of a conversation from `sections`.

        Args:
            conversation: what was said, oldest first.
            sections: what the answer may use, in the order of their numbers.
            on_token: gets the answer while it grows.

        Raises:
            ModelError: the model cannot be reached or broke off.
        """
        texts = [
            f"[{number}] {section.heading}\n{section.text}"
            for number, section in enumerate(sections, start=1)
        ]
        system: Said = {"role": "system", "content": "\n\n".join([ANSWER, *texts])}
        return await self._chat([system, *conversation], on_token)

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._client.close()

    async def _chat(self, messages: Sequence[Said], on_token: OnToken | None = None) -> str:
        try:
            name = await self._model_name()
            async with cl.Step(name=name, type="llm") as step:
                step.input = messages
                return await self._stream(name, messages, step, on_token)
        except OpenAIError as error:
            raise ModelError(f"The model did not answer: {error}") from error

    async def _stream(
        self, name: str, messages: Sequence[Said], step: cl.Step, on_token: OnToken | None
    ) -> str:
        span = trace.get_current_span()
        span.set_attributes({attributes.PROVIDER_NAME: "openai", attributes.REQUEST_MODEL: name})
        sent = time.perf_counter()
        stream = await self._client.chat.completions.create(
            model=name,
            messages=cast("list[ChatCompletionMessageParam]", messages),
            stream=True,
            stream_options={"include_usage": True},
        )
        parts: list[str] = []
        async for chunk in stream:
            if chunk.usage:
                span.set_attribute(attributes.RESPONSE_MODEL, chunk.model)
                span.set_attributes(_tokens(chunk.usage))
            token = chunk.choices[0].delta.content if chunk.choices else None
            if not token:
                continue
            if not parts:
                seconds = time.perf_counter() - sent
                span.set_attribute(attributes.TIME_TO_FIRST_CHUNK, seconds)
            parts.append(token)
            await step.stream_token(token)
            if on_token:
                await on_token(token)
        return "".join(parts)

    async def _model_name(self) -> str:
        if not self._name:
            models = await self._client.models.list()
            if not models.data:
                raise ModelError(f"The server at {self._client.base_url} has no model.")
            self._name = models.data[0].id
        return self._name


def _tokens(usage: CompletionUsage) -> dict[str, int]:
    return {
        attributes.INPUT_TOKENS: usage.prompt_tokens,
        attributes.OUTPUT_TOKENS: usage.completion_tokens,
    }
