"""Feedback on answers."""

import asyncio
from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.live.scores import MAX_FEEDBACK
from spanlit.testing import CommandRefusedError
from tests.server.support import browsing, chatting, make_app, make_config


async def test_feedback_is_kept_told_and_given_to_the_app(tmp_path: Path) -> None:
    given: list[cl.Feedback] = []

    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await cl.Message("42").send()

        @cl.on_feedback
        async def rated(feedback: cl.Feedback) -> None:
            given.append(feedback)
            await cl.Message("Thank you").send()

    async with chatting(make_app(make_config(tmp_path), define)) as chat, browsing(chat) as http:
        message = (await chat.send("?")).messages[0]

        await chat.score(message, 0, "wrong")
        await chat.wait_for(lambda state: state.messages[-1].text == "Thank you")
        await chat.score(message, 1)
        await chat.wait_for(lambda state: [s.value for s in state.scores.values()] == [1.0])

        snapshot = (await http.get(f"/api/threads/{chat.thread_id}")).json()
        assert [score["value"] for score in snapshot["scores"]] == [1.0]
        await chat.wait_for(lambda _: len(given) == 2)
        assert given[0] == cl.Feedback(
            forId=message.id,
            value=0,
            threadId=chat.thread_id,
            comment="wrong",
            trace_id=message.trace_id,
        )
        assert given[0].id == given[1].id


async def test_feedback_can_be_taken_back(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await cl.Message("42").send()

    async with chatting(make_app(make_config(tmp_path), define)) as chat, browsing(chat) as http:
        message = (await chat.send("?")).messages[0]
        await chat.score(message, 1)
        await chat.wait_for(lambda state: state.scores)

        await chat.command(
            "score-remove",
            thread_id=chat.thread_id,
            trace_id=message.trace_id,
            span_id=message.id,
        )
        await chat.wait_for(lambda state: not state.scores)

        snapshot = (await http.get(f"/api/threads/{chat.thread_id}")).json()
        assert snapshot["scores"] == []


async def test_feedback_in_a_flood_waits_for_a_slow_app(tmp_path: Path) -> None:
    running = 0
    ended = asyncio.Event()

    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await cl.Message("42").send()

        @cl.on_feedback
        async def rated(_: cl.Feedback) -> None:
            nonlocal running
            running += 1
            try:
                await asyncio.Event().wait()
            finally:
                running -= 1
                ended.set()

    app = make_app(make_config(tmp_path), define)
    async with chatting(app) as chat, browsing(chat) as http:
        message = (await chat.send("?")).messages[0]
        for _ in range(MAX_FEEDBACK):
            await chat.score(message, 1)
        with pytest.raises(CommandRefusedError, match="too-many"):
            await chat.score(message, 1)
        assert running == MAX_FEEDBACK

        # What goes on would write into the thread after it was deleted.
        assert (await http.delete(f"/api/threads/{chat.thread_id}")).status_code == 200
        assert ended.is_set()
        assert running == 0
