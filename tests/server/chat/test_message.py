"""Messages as an app sends them and as a browser sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.live.views import MessageView
from spanlit.testing import ChatClient
from spanlit.tracing import SpanRecord
from tests.server.support import browsing, chatting, make_app, make_config

Body = Callable[[], Awaitable[object]]


async def say(tmp_path: Path, body: Body) -> tuple[list[MessageView], list[MessageView]]:
    """What the app said, as seen live and as read after the turn."""

    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await body()

    async with chatting(make_app(make_config(tmp_path), define)) as chat, browsing(chat) as http:
        await chat.send("go")
        await settled(chat)
        live = [message for message in chat.messages if message.role != "user"]
        read = (await http.get(f"/api/threads/{chat.thread_id}")).json()["messages"]
        stored = [MessageView.model_validate(message) for message in read]
        return live, [message for message in stored if message.role != "user"]


async def settled(chat: ChatClient) -> None:
    await chat.wait_for(lambda state: state.thread and not state.thread.running)


async def test_a_message_is_sent_whole(tmp_path: Path) -> None:
    live, stored = await say(tmp_path, lambda: cl.Message("Hello *you*").send())

    (message,) = live
    assert (message.text, message.status, message.author) == ("Hello *you*", "ok", "Assistant")
    assert stored == live


async def test_a_message_is_streamed(tmp_path: Path) -> None:
    async def body() -> None:
        message = cl.Message("a")
        ids = [message.id]
        await message.stream_token("b")
        ids.append(message.id)
        assert ids[0] == ""
        assert ids[1]
        await message.stream_token("")
        await message.stream_token("c")
        await message.send()

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["abc"]
    assert stored == live


async def test_a_message_can_be_sent_empty_and_streamed_then(tmp_path: Path) -> None:
    async def body() -> None:
        message = await cl.Message().send()
        for token in ("one ", "two"):
            await message.stream_token(token)
        await message.update()

    live, stored = await say(tmp_path, body)

    assert [(message.text, message.status) for message in live] == [("one two", "ok")]
    assert stored == live


async def test_a_message_that_is_never_sent_ends_with_its_turn(tmp_path: Path) -> None:
    live, stored = await say(tmp_path, lambda: cl.Message().stream_token("half"))

    assert [(message.text, message.status) for message in live] == [("half", "ok")]
    assert stored == live


async def test_a_sequence_replaces_the_text(tmp_path: Path) -> None:
    async def body() -> None:
        message = cl.Message()
        await message.stream_token("draft")
        await message.stream_token("final", is_sequence=True)
        await message.stream_token("!")
        await message.send()

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["final!"]
    assert stored == live


async def test_a_sent_message_is_changed(tmp_path: Path) -> None:
    async def body() -> None:
        message = await cl.Message("wrong").send()
        message.content = "right"
        await message.update()

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["right"]
    assert stored == live


async def test_tokens_after_send_are_added(tmp_path: Path) -> None:
    async def body() -> None:
        message = await cl.Message("Thinking").send()
        for _ in range(100):
            await message.stream_token(".")
        await message.update()

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["Thinking" + "." * 100]
    assert stored == live


async def test_tokens_after_send_are_not_lost_without_update(tmp_path: Path) -> None:
    async def body() -> None:
        message = await cl.Message("Thinking").send()
        for _ in range(100):
            await message.stream_token(".")

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["Thinking" + "." * 100]
    assert stored == live


async def test_sending_again_shows_the_change(tmp_path: Path) -> None:
    async def body() -> None:
        message = await cl.Message("wrong").send()
        message.content = "right"
        await message.send()
        assert len(cl.chat_context.get()) == 2

    live, stored = await say(tmp_path, body)

    assert [message.text for message in live] == ["right"]
    assert stored == live


async def test_the_output_of_a_turn_is_its_corrected_answer(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            message = await cl.Message("wrong").send()
            message.content = "right"
            await message.update()

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        answer = await chat.send("go")

        assert answer.trace.roots[0].view.output_preview == "right"


async def test_a_message_of_an_earlier_session_cannot_be_changed() -> None:
    record = SpanRecord("1" * 32, "1" * 16, "user message", 1, kind="message", output="Hello")
    message = cl.Message.from_record(record)

    assert (message.content, message.id) == ("Hello", "1" * 16)
    for change in (message.send, message.update, message.remove):
        with pytest.raises(RuntimeError, match="comes from an earlier session"):
            await change()


async def test_a_message_is_taken_back(tmp_path: Path) -> None:
    async def body() -> None:
        sent = await cl.Message("sent").send()
        streaming = cl.Message()
        await streaming.stream_token("streaming")
        await sent.remove()
        await streaming.remove()
        assert [message.role for message in cl.chat_context.get()] == ["user"]

    live, stored = await say(tmp_path, body)

    assert (live, stored) == ([], [])


async def test_data_is_shown_as_json(tmp_path: Path) -> None:
    live, _ = await say(tmp_path, lambda: cl.Message({"ä": [1]}).send())

    (message,) = live
    assert message.text == '{\n  "ä": [\n    1\n  ]\n}'
    assert message.language == "json"


async def test_author_language_and_type_are_seen(tmp_path: Path) -> None:
    def body() -> Awaitable[object]:
        return cl.Message("x = 1", author="Coder", language="python", type="system_message").send()

    live, _ = await say(tmp_path, body)

    (message,) = live
    assert (message.author, message.language, message.role) == ("Coder", "python", "system")


async def test_an_error_message_is_marked_and_not_part_of_the_history(tmp_path: Path) -> None:
    history: list[object] = []

    async def body() -> None:
        await cl.ErrorMessage("No luck").send()
        history.extend(cl.chat_context.to_openai())

    live, _ = await say(tmp_path, body)

    assert [(message.text, message.is_error) for message in live] == [("No luck", True)]
    assert history == [{"role": "user", "content": "go"}]


async def test_a_message_in_a_step_is_its_child(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            async with cl.Step("outer", type="run"):
                await cl.Message("inside").send()

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        answer = await chat.send("go")
        spans = {span.name: span for span in answer.trace.spans}

        assert spans["assistant message"].parent_id == spans["outer"].span_id
        assert answer.text == "inside"


@pytest.mark.parametrize(
    "argument",
    [
        {"actions": [1]},
        {"elements": [1]},
        {"command": "Search"},
        {"modes": {"a": "b"}},
        {"id": "x"},
        {"parent_id": "x"},
        {"created_at": "2026-11-20T10:00:00Z"},
    ],
)
def test_what_is_not_supported_is_refused(argument: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError, match=rf"{next(iter(argument))}=…"):
        cl.Message("x", **argument)  # type: ignore[arg-type]


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="assistant_message, user_message, system_message"):
        cl.Message("x", type="robot")  # type: ignore[arg-type]


async def test_without_a_chat_a_message_is_a_plain_span() -> None:
    message = cl.Message("Hello")
    await message.stream_token("!")
    await message.send()
    await message.update()
    await message.remove()

    assert message.content == "Hello!"
    assert len(message.id) == 16


async def test_streaming_lets_others_run() -> None:
    """A loop that streams without waiting for anything must not hold up the event loop."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticker = asyncio.create_task(tick())
    message = cl.Message()
    async with asyncio.timeout(10):
        while ticks < 5:
            await message.stream_token("x")
    ticker.cancel()
