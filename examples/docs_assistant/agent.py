"""The agent: plan, look it up, answer, check the quotes. Each of these is a step."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import extract
import planner
from docs_client import DocsClient
from errors import ToolCallError
from mcp_server import Hit, SectionText
from opentelemetry import trace
from planner import Plan, Said
from quotes import pick, quoted, unsupported
from ranking import fuse

import spanlit as cl
from spanlit.tracing import attributes

if TYPE_CHECKING:
    from model import Model

SECTIONS_TO_READ = 3
WORD_PAUSE_S = 0.012
"""An extracted answer is known at once, but nobody reads that fast. Less than a frame."""


class Agent:
    """Answers questions from the documents behind `docs`.

    Args:
        docs: the connection to the MCP server.
        model: plans and writes; without one the answer is put together from quotes.
    """

    def __init__(self, docs: DocsClient, model: "Model | None" = None) -> None:
        self._docs = docs
        self._model = model

    async def answer(self, conversation: Sequence[Said]) -> None:
        """Send the answer to the last message of a conversation.

        Args:
            conversation: what was said, oldest first.
        """
        async with cl.Step(name="docs assistant", type="agent") as step:
            step.input = conversation[-1]["content"]
            plan = await self._plan(conversation)
            sections = await self._look_up(plan)
            if not sections:
                step.output = await self._give_up(plan)
            elif self._model:
                step.output = await self._write(self._model, conversation, sections)
            else:
                step.output = await self._quote(plan, sections)

    async def _plan(self, conversation: Sequence[Said]) -> Plan:
        questions = [turn["content"] for turn in conversation if turn["role"] == "user"]
        async with cl.Step(name="plan", type="chain") as step:
            step.input = questions[-1]
            suggested = self._model and planner.parse(await self._model.plan(conversation))
            plan = suggested or planner.plan(questions[-1], questions[:-1])
            step.output = {"guess": plan.guess, "searches": plan.searches}
            return plan

    async def _look_up(self, plan: Plan) -> list[SectionText]:
        """Try the section that the plan guesses, and search: guesses are cheap, but often wrong."""
        async with cl.Step(name="look up", type="retrieval") as step:
            step.input = {"guess": plan.guess, "searches": plan.searches}
            sections = await self._guess(plan.guess)
            hits = await self._search(plan.searches)
            known = {section.id for section in sections}
            wanted = [hit.id for hit in hits if hit.id not in known]
            wanted = wanted[: SECTIONS_TO_READ - len(sections)]
            sections += await asyncio.gather(*map(self._docs.read_section, wanted))
            step.output = [section.id for section in sections]
            _count_documents(section.id for section in sections)
            return sections

    async def _guess(self, title: str) -> list[SectionText]:
        try:
            return [await self._docs.read_section(title)]
        except ToolCallError:
            return []

    async def _search(self, searches: Sequence[str]) -> list[Hit]:
        found = await asyncio.gather(*map(self._docs.search, searches))
        async with cl.Step(name="rank sections", type="rerank") as step:
            step.input = {
                search: [hit.id for hit in hits]
                for search, hits in zip(searches, found, strict=True)
            }
            best = fuse(found)
            step.output = {hit.id: hit.score for hit in best}
            _count_documents(hit.id for hit in best)
            return best

    async def _quote(self, plan: Plan, sections: Sequence[SectionText]) -> str:
        """Answer with quotes, without a model."""
        words = planner.keywords(" ".join(plan.searches))
        picked = pick(sections, words)
        wrong = await _check([quote.text for quote in picked], sections)
        quotes = [quote for quote in picked if quote.text not in wrong]
        if not quotes:
            return await self._give_up(plan)
        async with cl.Step(name="write answer", type="chain") as step:
            message = await cl.Message("").send()
            for word in extract.words(extract.compose(quotes)):
                await message.stream_token(word)
                await cl.sleep(WORD_PAUSE_S)
            await message.send()
            step.output = message.content
        return message.content

    async def _write(
        self, model: "Model", conversation: Sequence[Said], sections: Sequence[SectionText]
    ) -> str:
        """Let the model write, then say which of its quotes it made up."""
        async with cl.Step(name="write answer", type="chain") as step:
            message = await cl.Message("").send()
            text = await model.answer(conversation, sections, message.stream_token)
            wrong = await _check(quoted(text), sections)
            for block in [*map(extract.warning, wrong), extract.sources(sections)]:
                await message.stream_token(f"\n\n{block}")
            await message.send()
            step.output = message.content
        return message.content

    async def _give_up(self, plan: Plan) -> str:
        text = extract.nothing_found(plan.searches)
        await cl.Message(content=text).send()
        return text


async def _check(quotes: Sequence[str], sections: Sequence[SectionText]) -> list[str]:
    """The quotes that stand in none of `sections`."""
    async with cl.Step(name="check quotes", type="guardrail") as step:
        step.input = quotes
        wrong = unsupported(quotes, sections)
        step.output = f"{len(quotes) - len(wrong)} of {len(quotes)} quotes stand in their sections"
        return wrong


def _count_documents(sections: Iterable[str]) -> None:
    """Put the ids of sections on the current span; the trace shows how many there are."""
    documents = [{"id": section} for section in sections]
    span = trace.get_current_span()
    span.set_attribute(attributes.DOCUMENT_COUNT, len(documents))
    span.set_attribute(attributes.RETRIEVAL_DOCUMENTS, json.dumps(documents))
