"""The headless client against a real server."""

import pytest

from spanlit.testing import AppServer, BlockingChatClient, ChatClient, CommandRefusedError


async def test_an_answer_has_its_text_and_its_trace(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url) as chat:
        answer = await chat.send("hello")

        assert answer.text == "HELLO"
        assert answer.trace.outline() == (
            "turn on_message\n  message user message\n  tool shout\n  message assistant message"
        )
        assert (await chat.trace(answer.turn.trace_id)).outline() == answer.trace.outline()
        assert chat.gaps == 0


async def test_a_turn_is_stopped(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url) as chat:
        command = await chat.post("wait")
        await chat.wait_for(lambda state: [m for m in state.messages if m.text == "waiting"])

        await chat.stop()

        assert (await chat.answer(command)).turn.status == "cancelled"


async def test_an_answer_is_rated(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url) as chat:
        answer = await chat.send("hello")

        await chat.score(answer.messages[0], 1, "nice")

        score = await chat.wait_for(lambda state: next(iter(state.scores.values()), None))
        assert (score.span_id, score.value, score.comment) == (answer.messages[0].id, 1, "nice")


async def test_a_client_that_comes_back_catches_up(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url) as chat:
        await chat.send("one")
        before = len(chat.events)
        async with ChatClient(spanlit_server.url, cookies=chat.cookies) as other:
            await other.open(chat.thread_id)
            await chat.disconnect()
            await other.send("two")

        await chat.connect()
        await chat.open(chat.thread_id)

        await chat.wait_for(lambda state: [m for m in state.messages if m.text == "TWO"])
        assert all(frame.snapshot is None for frame in chat.frames[1:])
        assert len(chat.events) > before


async def test_two_clients_are_two_people(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url) as one, ChatClient(spanlit_server.url) as other:
        await one.send("secret")

        assert [thread.name for thread in await one.threads()] == ["secret"]
        assert await other.threads() == []
        with pytest.raises(CommandRefusedError, match="unknown-thread"):
            await other.open(one.thread_id)


async def test_waiting_in_vain_says_what_is_known(spanlit_server: AppServer) -> None:
    async with ChatClient(spanlit_server.url, timeout_s=5) as chat:
        chat.timeout_s = 0.01
        with pytest.raises(TimeoutError, match="Known: ThreadState"):
            await chat.wait_for(lambda state: None)


def test_the_blocking_client(chat: BlockingChatClient) -> None:
    answer = chat.send("hello")

    assert answer.text == "HELLO"
    assert [message.text for message in chat.messages] == ["hello", "HELLO"]
    assert [thread.id for thread in chat.threads()] == [chat.thread_id]
    assert chat.trace(answer.turn.trace_id).find("shout").view.kind == "tool"
