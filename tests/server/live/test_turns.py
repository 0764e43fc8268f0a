"""Turns: one at a time, stoppable, and never silent about errors."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.live.turn_line import MAX_WAITING
from spanlit.testing import ChatClient, CommandRefusedError
from tests.server.support import browsing, chatting, make_app, make_config


@pytest.fixture
def app_of(tmp_path: Path) -> Callable[[Callable[[], object]], App]:
    return lambda define: make_app(make_config(tmp_path), define)


AppOf = Callable[[Callable[[], object]], App]


async def status_of(chat: ChatClient, command: str) -> str:
    return (await chat.answer(command)).turn.status


async def test_a_message_waits_for_the_turn_before_it(app_of: AppOf) -> None:
    running: list[str] = []

    def define() -> None:
        @cl.on_message
        async def answer(message: cl.Message) -> None:
            running.append(message.content)
            assert running == [message.content]
            await asyncio.sleep(0.01)
            running.remove(message.content)
            await cl.Message(message.content).send()

    async with chatting(app_of(define)) as chat:
        commands = [await chat.post(text) for text in "abc"]

        assert [(await chat.answer(command)).text for command in commands] == ["a", "b", "c"]


async def test_a_stopped_turn_is_cancelled_and_the_app_is_told(app_of: AppOf) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            reply = cl.Message()
            await reply.stream_token("so far")
            await asyncio.Event().wait()

        @cl.on_stop
        async def stopped() -> None:
            await cl.Message("stopped").send()

    async with chatting(app_of(define)) as chat:
        command = await chat.post("go")
        waiting = await chat.post("never answered")
        await chat.wait_for(lambda state: state.messages and state.messages[-1].text == "so far")

        await chat.stop()

        assert await status_of(chat, command) == "cancelled"
        await chat.wait_for(lambda state: state.messages[-1].text == "stopped")
        assert [(message.text, message.status) for message in chat.messages] == [
            ("go", "ok"),
            ("so far", "cancelled"),
            ("stopped", "ok"),
        ]
        assert chat.state.turn_of_command(waiting) is None
        assert (await chat.wait_for(lambda state: state.thread)).running is False


async def test_stop_reaches_a_worker_thread_when_it_calls_back(app_of: AppOf) -> None:
    stopped = threading.Event()
    outcome: list[BaseException] = []
    done = threading.Event()

    def define() -> None:
        @cl.on_message
        def answer(_: cl.Message) -> None:
            cl.run_sync(cl.Message("working").send())
            stopped.wait(10)
            try:
                cl.run_sync(cl.Message("too late").send())
            except BaseException as error:
                outcome.append(error)
                raise
            finally:
                done.set()

    async with chatting(app_of(define)) as chat:
        command = await chat.post("go")
        await chat.wait_for(lambda state: state.messages and state.messages[-1].text == "working")
        await chat.stop()
        assert await status_of(chat, command) == "cancelled"

        stopped.set()
        await asyncio.to_thread(done.wait, 10)

        assert isinstance(outcome[0], asyncio.CancelledError)
        assert [message.text for message in chat.messages] == ["go", "working"]


async def test_stop_with_nothing_running_does_nothing(app_of: AppOf) -> None:
    def define() -> None:
        @cl.on_stop
        async def stopped() -> None:
            await cl.Message("stopped").send()

    async with chatting(app_of(define)) as chat:
        await chat.stop()
        await chat.send("hello")

        assert [message.text for message in chat.messages] == ["hello"]


async def test_the_line_is_bounded(app_of: AppOf) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await asyncio.Event().wait()

    async with chatting(app_of(define)) as chat:
        await chat.post("running")
        await chat.wait_for(lambda state: state.turns)
        for _ in range(MAX_WAITING):
            await chat.post("waiting")

        with pytest.raises(CommandRefusedError) as refused:
            await chat.post("too many")

        assert refused.value.error.code == "too-many"
        await chat.stop()


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_an_error_is_told_to_the_user_the_trace_and_the_app(
    app_of: AppOf, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Exception] = []

    def define() -> None:
        def fail(_: cl.Message) -> None:
            raise ValueError("the password is hunter2")

        async def fail_async(message: cl.Message) -> None:
            fail(message)

        cl.on_message(fail if kind == "sync" else fail_async)
        cl.on_error(told.append)

    async with chatting(app_of(define)) as chat, browsing(chat) as http:
        answer = await chat.send("go")
        message = answer.messages[0]
        url = f"/api/traces/{answer.turn.trace_id}/spans/{answer.turn.span_id}"
        root = (await http.get(url)).json()

        assert message.is_error
        assert "hunter2" not in message.text
        assert answer.turn.status == "error"
        assert "the password is hunter2" in root["status_message"]
        assert root["events"][0]["attributes"]["exception.type"] == "ValueError"
        assert [str(error) for error in told] == ["the password is hunter2"]
        assert "on_message failed" in caplog.text
        assert (await chat.send("again")).turn.status == "error"


async def test_an_error_in_on_error_is_logged(
    app_of: AppOf, caplog: pytest.LogCaptureFixture
) -> None:
    def define() -> None:
        @cl.on_message
        def fail() -> None:
            raise ValueError("first")

        @cl.on_error
        def fail_again() -> None:
            raise TypeError("second")

    async with chatting(app_of(define)) as chat:
        answer = await chat.send("go")

        assert answer.turn.status == "error"
        assert "on_error failed" in caplog.text


async def test_a_chat_begins_with_on_chat_start(app_of: AppOf) -> None:
    def define() -> None:
        @cl.on_chat_start
        async def start() -> None:
            cl.user_session.set("count", 0)
            await cl.Message("Welcome").send()

        @cl.on_message
        async def answer(_: cl.Message) -> None:
            cl.user_session.set("count", cl.user_session.get("count") + 1)
            await cl.Message(str(cl.user_session.get("count"))).send()

    async with chatting(app_of(define)) as chat:
        assert (await chat.send("a")).text == "1"
        assert (await chat.send("b")).text == "2"
        assert chat.messages[0].text == "Welcome"
        assert {turn.name for turn in chat.state.turns.values()} == {"on_chat_start", "on_message"}

        await chat.open()
        assert (await chat.send("c")).text == "1"


async def test_a_turn_is_a_trace_of_its_own(app_of: AppOf) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            async with cl.Step("outer", type="run"):
                await cl.make_async(inner)()

        @cl.step(type="tool")
        def inner() -> str:
            return "deep"

    async with chatting(app_of(define)) as chat:
        first = await chat.send("a")
        second = await chat.send("b")

        assert first.turn.trace_id != second.turn.trace_id
        assert "outer" in first.trace.outline()
        by_name = {span.name: span for span in first.trace.spans}
        assert by_name["inner"].parent_id == by_name["outer"].span_id
        assert by_name["outer"].parent_id == first.turn.span_id


async def test_the_sums_of_a_turn_follow_corrections_and_removals(app_of: AppOf) -> None:
    """A reload reads the sums from the store, where a span counts as it is now."""

    def define() -> None:
        @cl.on_message
        async def answer() -> None:
            async with cl.Step("late", type="llm") as late:
                late.set_attributes({"gen_ai.usage.input_tokens": 10})
            late.set_attributes({"gen_ai.usage.input_tokens": 3})
            await late.update()
            async with cl.Step("taken back", type="llm") as taken_back:
                taken_back.set_attributes({"gen_ai.usage.input_tokens": 100})
            await taken_back.remove()

    async with chatting(app_of(define)) as chat:
        answer = await chat.send("go")

        assert answer.trace.names == ["on_message", "user message", "late"]
        assert (answer.turn.span_count, answer.turn.input_tokens) == (3, 3)
