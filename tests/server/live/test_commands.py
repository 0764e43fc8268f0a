"""Commands of clients: carried out once, and refused with a reason when they are wrong."""

import asyncio
import logging
import uuid
from pathlib import Path
from typing import Any

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.live.connection import MAX_SUBSCRIPTIONS
from spanlit.server.live.rate_limit import BURST
from spanlit.testing import ChatClient, CommandRefusedError
from tests.server.support import chatting, make_app, make_config, serving


def echo() -> None:
    @cl.on_message
    async def answer(message: cl.Message) -> None:
        await cl.Message(message.content).send()


@pytest.fixture
def app(tmp_path: Path) -> App:
    return make_app(make_config(tmp_path), echo)


async def emit(chat: ChatClient, *payload: Any, event: str = "command") -> Any:
    """Send anything and return the acknowledgement."""
    return await chat._socket.call(event, payload if len(payload) != 1 else payload[0], timeout=10)


async def test_a_repeated_message_is_sent_once(app: App) -> None:
    async with chatting(app) as chat:
        command = str(uuid.uuid4())
        fields = {"id": command, "thread_id": chat.thread_id, "text": "once"}

        replies = await asyncio.gather(*(chat.command("message-send", **fields) for _ in range(3)))
        await chat.answer(command)
        await chat.send("twice")

        assert replies[0] == replies[1] == replies[2]
        assert [message.text for message in chat.messages] == ["once", "once", "twice", "twice"]


async def test_a_repeated_opening_gives_the_same_thread(app: App) -> None:
    async with chatting(app) as chat:
        command = str(uuid.uuid4())
        first = await chat.command("thread-open", id=command)
        again = await chat.command("thread-open", id=command)

        assert first.result == again.result


async def test_the_same_id_of_another_person_is_another_command(app: App) -> None:
    command = str(uuid.uuid4())
    async with serving(app) as url, ChatClient(url) as one, ChatClient(url) as two:
        for chat in (one, two):
            await chat.command("message-send", id=command, thread_id=chat.thread_id, text="hi")
            await chat.answer(command)
            assert len(chat.messages) == 2


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (None, "dictionary"),
        ("text", "dictionary"),
        ([1, 2], "dictionary"),
        ({}, "known type"),
        ({"type": "rm -rf", "id": str(uuid.uuid4())}, "known type"),
        ({"type": "message-send"}, "id"),
        ({"type": "thread-open", "id": "7"}, "id"),
        ({"type": "thread-open", "id": str(uuid.uuid4()), "thread_id": "../x"}, "thread_id"),
        ({"type": "thread-open", "id": str(uuid.uuid4()), "extra": 1}, "key"),
        ({"type": "turn-stop", "id": str(uuid.uuid4()), "thread_id": {"$ne": 1}}, "thread_id"),
    ],
)
async def test_a_malformed_command_is_refused_and_nothing_else_happens(
    app: App, payload: object, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "spanlit.server")
    async with chatting(app) as chat:
        reply = await emit(chat, payload)

        assert reply["error"]["code"] == "invalid"
        assert says in reply["error"]["message"]
        assert "refused" in caplog.text
        assert (await chat.send("still here")).text == "still here"


async def test_a_connection_that_follows_enough_begins_no_chat(app: App) -> None:
    async with chatting(app) as chat:
        for _ in range(MAX_SUBSCRIPTIONS - 1):
            await chat.command("thread-open")

        with pytest.raises(CommandRefusedError, match="at a time"):
            await chat.command("thread-open")
        assert len(app.runtime.hub) == MAX_SUBSCRIPTIONS


async def test_one_person_cannot_fill_the_memory_with_chats(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanlit.server.live.conversations.MAX_LIVE_PER_USER", 3)
    async with chatting(app) as chat:
        for _ in range(2):
            opened = await chat.command("thread-open")
            await chat.command("thread-close", thread_id=opened.result["thread_id"])

        with pytest.raises(CommandRefusedError, match="too many chats"):
            await chat.command("thread-open")
        async with ChatClient(chat.url) as other:
            assert (await other.send("hi")).text == "hi"


async def test_what_is_refused_cannot_write_into_the_log(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "spanlit")
    forged = "x\n12:00:00 ERROR spanlit.server: forged"
    async with chatting(app) as chat:
        command = {"id": str(uuid.uuid4()), "type": "thread-open", forged: 1}
        reply = await emit(chat, command)

        assert reply["error"]["code"] == "invalid"
        assert "forged" not in reply["error"]["message"]
        assert "refused" in caplog.text
        assert "forged" not in caplog.text


async def test_an_oversized_message_is_refused(app: App) -> None:
    async with chatting(app) as chat:
        with pytest.raises(CommandRefusedError, match="100000 characters"):
            await chat.command("message-send", thread_id=chat.thread_id, text="x" * 100_001)

        assert (await chat.send("still here")).text == "still here"


async def test_an_unknown_event_is_refused(app: App) -> None:
    async with chatting(app) as chat:
        reply = await emit(chat, {"a": 1}, event="exploit")

        assert reply["error"]["code"] == "invalid"
        assert (await chat.send("still here")).text == "still here"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("thread-open", {}),
        ("thread-rename", {"name": "mine now"}),
        ("message-send", {"text": "hi"}),
        ("turn-stop", {}),
        ("score-set", {"trace_id": "0" * 32, "span_id": "0" * 16, "value": 1}),
        ("score-remove", {"trace_id": "0" * 32, "span_id": "0" * 16}),
    ],
)
async def test_a_foreign_thread_does_not_exist(
    app: App, kind: str, fields: dict[str, object]
) -> None:
    async with serving(app) as url, ChatClient(url) as owner, ChatClient(url) as thief:
        await owner.send("secret")

        refusals = []
        for thread_id in (owner.thread_id, str(uuid.uuid4())):
            with pytest.raises(CommandRefusedError) as refused:
                await thief.command(kind, thread_id=thread_id, **fields)
            refusals.append(refused.value.error)

        assert refusals[0] == refusals[1]
        assert refusals[0].code == "unknown-thread"
        assert len(owner.messages) == 2
        assert owner.state.thread is not None
        assert owner.state.thread.name == "secret"


async def test_a_foreign_span_cannot_be_rated(app: App) -> None:
    async with serving(app) as url, ChatClient(url) as owner, ChatClient(url) as thief:
        answer = await owner.send("secret")
        message = answer.messages[0]

        with pytest.raises(CommandRefusedError) as refused:
            await thief.command(
                "score-set",
                thread_id=thief.thread_id,
                trace_id=message.trace_id,
                span_id=message.id,
                value=0,
            )

        assert refused.value.error.code == "unknown-span"


async def test_a_flood_of_commands_is_slowed_down(app: App) -> None:
    async with chatting(app) as chat:
        replies = await asyncio.gather(
            *(emit(chat, {"type": "nonsense"}) for _ in range(BURST * 2))
        )
        codes = {reply["error"]["code"] for reply in replies}

        assert codes == {"invalid", "too-many"}


async def test_a_thread_is_renamed_for_everyone_who_looks(app: App) -> None:
    async with chatting(app) as chat:
        await chat.send("first")
        await chat.command("thread-rename", thread_id=chat.thread_id, name="Spans")

        await chat.wait_for(lambda state: state.thread and state.thread.name == "Spans")
        assert [thread.name for thread in await chat.threads()] == ["Spans"]


async def test_who_closed_a_thread_hears_no_more_of_it(app: App) -> None:
    async with chatting(app) as chat:
        closed = chat.thread_id
        await chat.command("thread-close", thread_id=closed)
        frames = len(chat.frames)
        await chat.command("message-send", thread_id=closed, text="unheard")
        await chat.open()

        assert {frame.thread_id for frame in chat.frames[frames:]} == {chat.thread_id}
