"""What outlives a server: threads, answers, commands; and what ends with a session."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.chat import ThreadDict
from spanlit.server.config import Config
from spanlit.server.live import conversations
from spanlit.testing import ChatClient, CommandRefusedError
from spanlit.tracing.record import SpanRecord
from tests.server.support import browsing, chatting, eventually, make_app, make_config, serving


def remembering(resumed: list[Any]) -> Callable[[], None]:
    """An app that answers with what it knows of the chat."""

    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            texts = [message["content"] for message in cl.chat_context.to_openai()]
            await cl.Message(" | ".join(texts)).send()

        @cl.on_chat_resume
        async def resume(thread: ThreadDict) -> None:
            resumed.append(thread)

    return define


@pytest.fixture
def embedded(tmp_path: Path, embedded_url: str) -> Config:
    return make_config(tmp_path, url=embedded_url)


async def test_a_restarted_server_knows_everything(embedded: Config) -> None:
    resumed: list[Any] = []
    async with chatting(make_app(embedded, remembering(resumed))) as chat:
        first = await chat.send("one")
        await chat.score(first.messages[0], 1, "good")
        before = chat.messages
        thread_id, cookies, epoch, seq = (
            chat.thread_id,
            chat.cookies,
            chat.state.epoch,
            chat.state.seq,
        )

    app = make_app(embedded, remembering(resumed))
    async with (
        serving(app) as url,
        ChatClient(url, cookies=cookies) as chat,
        browsing(chat) as http,
    ):
        assert [thread.name for thread in await chat.threads()] == ["one"]
        read = (await http.get(f"/api/threads/{thread_id}")).json()
        assert [message["text"] for message in read["messages"]] == ["one", "one"]
        assert resumed == []

        frames = len(chat.frames)
        await chat.command("thread-open", thread_id=thread_id, epoch=epoch, last_seq=seq)
        await chat.wait_for(lambda _: len(chat.frames) > frames)
        assert chat.frames[frames].snapshot is not None
        await chat.open(thread_id)
        assert chat.messages[:2] == before
        assert [score.value for score in chat.state.scores.values()] == [1]
        assert chat.state.turns[first.turn.trace_id] == first.turn
        trace = await chat.trace(first.turn.trace_id)
        assert trace.names == first.trace.names

        answer = await chat.send("two")
        assert answer.text == "one | one | two"
        (thread,) = resumed
        assert thread["id"] == thread_id
        assert [(step["type"], step["output"], step["parentId"]) for step in thread["steps"]] == [
            ("user_message", "one", None),
            ("assistant_message", "one", None),
        ]


async def test_a_message_that_was_sent_before_the_restart_is_not_sent_again(
    embedded: Config,
) -> None:
    command = str(uuid.uuid4())
    async with chatting(make_app(embedded, remembering([]))) as chat:
        await chat.command("message-send", id=command, thread_id=chat.thread_id, text="one")
        await chat.answer(command)

    async with (
        serving(make_app(embedded, remembering([]))) as url,
        ChatClient(url, cookies=chat.cookies) as later,
    ):
        await later.open(chat.thread_id)
        await later.command("message-send", id=command, thread_id=chat.thread_id, text="one")
        await later.send("two")

        texts = [message.text for message in later.messages if message.role == "user"]
        assert texts == ["one", "two"]


async def test_a_thread_of_somebody_else_cannot_be_resumed(embedded: Config) -> None:
    async with chatting(make_app(embedded, remembering([]))) as chat:
        await chat.send("secret")

    async with chatting(make_app(embedded, remembering([]))) as thief:
        with pytest.raises(CommandRefusedError, match="unknown-thread"):
            await thief.open(chat.thread_id)


class Ending:
    """An app with a short session, and what it did."""

    def __init__(self, config: Config) -> None:
        self.ended = asyncio.Event()
        self.resumed = asyncio.Event()
        self.app: App = make_app(config, self._define)

    def _define(self) -> None:
        @cl.on_chat_start
        async def start() -> None:
            cl.user_session.set("word", "remembered")

        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await cl.Message(str(cl.user_session.get("word"))).send()

        @cl.on_chat_end
        async def end() -> None:
            assert cl.user_session.get("word") == "remembered"
            self.ended.set()

        @cl.on_chat_resume
        async def resume(_: ThreadDict) -> None:
            self.resumed.set()


async def test_a_session_ends_when_nobody_looks_and_its_memory_is_freed(tmp_path: Path) -> None:
    ending = Ending(make_config(tmp_path, timeout_s=0.05))
    async with serving(ending.app) as url:
        async with ChatClient(url) as chat:
            assert (await chat.send("a")).text == "remembered"
            await asyncio.sleep(0.2)  # longer than the session would last without a watcher
            assert (await chat.send("b")).text == "remembered"
            assert not ending.ended.is_set()

        async with asyncio.timeout(10):
            await ending.ended.wait()
        await eventually(lambda: len(ending.app.runtime.hub) == 0)

        async with ChatClient(url, cookies=chat.cookies) as later:
            await later.open(chat.thread_id)
            assert (await later.send("c")).text == "None"
            assert ending.resumed.is_set()
            assert [message.text for message in later.messages][:2] == ["a", "remembered"]


async def test_a_hook_that_hangs_does_not_keep_a_session_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "CHAT_END_TIMEOUT_S", 0.05)
    began = asyncio.Event()

    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await cl.Message("hi").send()

        @cl.on_chat_end
        async def end() -> None:
            began.set()
            await asyncio.Event().wait()

    app = make_app(make_config(tmp_path, timeout_s=0.05), define)
    async with serving(app) as url:
        async with ChatClient(url) as chat:
            await chat.send("a")
        async with asyncio.timeout(10):
            await began.wait()
        await eventually(lambda: len(app.runtime.hub) == 0)


async def test_a_lost_connection_does_not_end_the_chat(tmp_path: Path) -> None:
    ending = Ending(make_config(tmp_path))
    async with chatting(ending.app) as chat:
        await chat.send("a")
        await chat.reconnect()

        assert (await chat.send("b")).text == "remembered"
        assert not ending.ended.is_set()


async def test_sessions_end_when_the_server_stops(tmp_path: Path) -> None:
    ending = Ending(make_config(tmp_path))
    async with chatting(ending.app) as chat:
        await chat.send("a")

    assert ending.ended.is_set()


async def test_who_looks_at_a_turn_of_a_dead_process_is_told_that_it_was_abandoned(
    tmp_path: Path,
) -> None:
    app = make_app(make_config(tmp_path), remembering([]))
    async with chatting(app) as chat:
        await chat.send("hello")
        root = SpanRecord(
            trace_id="1" * 32,
            span_id="1" * 16,
            name="on_message",
            start_time_ns=1,
            end_time_ns=2,
            kind="turn",
            status="abandoned",
            thread_id=chat.thread_id,
        )

        app.runtime.writer.put(root)
        await app.conversations.tell_abandoned([root, replace(root, thread_id="elsewhere")])

        store = await app.runtime.reader.store()
        assert await store.span("default", root.trace_id, root.span_id) == root
        turn = await chat.wait_for(lambda state: state.turns.get("1" * 32))
        assert turn.status == "abandoned"
