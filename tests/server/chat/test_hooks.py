"""How hooks are registered and called."""

import functools
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.chat.hooks import Hooks
from spanlit.server.errors import StartError
from tests.server.support import chatting, make_app, make_config, serving


class Callable:
    async def __call__(self, value: int) -> int:
        return value


async def plain(value: int) -> int:
    return value


def blocking(value: int) -> int:
    assert threading.current_thread() is not threading.main_thread()
    return value


@pytest.mark.parametrize(
    "function",
    [plain, blocking, Callable(), functools.partial(plain), lambda value: plain(value + 0)],
    ids=["async", "sync", "object", "partial", "returns a coroutine"],
)
async def test_any_callable_is_a_hook(function: object) -> None:
    hooks = Hooks()
    hooks.add("on_message", function)  # type: ignore[arg-type]

    assert await hooks.call("on_message", 7) == 7


async def test_a_hook_gets_as_many_arguments_as_it_takes() -> None:
    hooks = Hooks()
    hooks.add("none", lambda: ())
    hooks.add("one", lambda a: (a,))
    hooks.add("default", lambda a, b=0: (a, b))
    hooks.add("any", lambda *args: args)
    hooks.add("keyword", lambda a, *, b=0: (a, b))

    taken = {name: await hooks.call(name, 1, 2, 3) for name in hooks}

    assert taken == {
        "none": (),
        "one": (1,),
        "default": (1, 2),
        "any": (1, 2, 3),
        "keyword": (1, 0),
    }


async def test_a_missing_hook_is_no_error() -> None:
    assert await Hooks().call("on_message", 1) is None


def test_a_hook_outside_of_an_app_is_refused() -> None:
    with pytest.raises(RuntimeError, match="spanlit run FILE"):
        cl.on_message(plain)


def test_decorators_leave_the_function_as_it_is(tmp_path: Path) -> None:
    app = App(make_config(tmp_path))
    with app.loading():
        assert cl.on_message(plain) is plain
        assert cl.on_chat_start(blocking) is blocking

    assert set(app.hooks) == {"on_message", "on_chat_start"}


def test_loading_again_replaces_the_hooks_and_a_failure_keeps_them(tmp_path: Path) -> None:
    app = App(make_config(tmp_path))
    with app.loading():
        cl.on_message(plain)
    with pytest.raises(RuntimeError, match="broken"):
        load_broken(app)
    assert set(app.hooks) == {"on_message"}

    with app.loading():
        cl.on_chat_start(plain)
    assert set(app.hooks) == {"on_chat_start"}


def load_broken(app: App) -> None:
    with app.loading():
        cl.on_stop(plain)
        raise RuntimeError("broken")


async def test_startup_and_shutdown_run_once(tmp_path: Path) -> None:
    seen: list[str] = []

    def define() -> None:
        cl.on_app_startup(lambda: seen.append("startup"))
        cl.on_app_shutdown(lambda: seen.append("shutdown"))

    async with serving(make_app(make_config(tmp_path), define)):
        assert seen == ["startup"]
    assert seen == ["startup", "shutdown"]


async def test_an_app_whose_startup_fails_does_not_start(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_app_startup
        def startup() -> None:
            raise ValueError("no model")

    app = make_app(make_config(tmp_path), define)

    with pytest.raises(StartError, match="on_app_startup failed: ValueError: no model"):
        await app.startup()


async def test_sync_hooks_do_everything(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_chat_start
        def start() -> None:
            cl.user_session.set("word", "sync")

        @cl.on_message
        def answer(message: cl.Message) -> None:
            with cl.Step("work", type="tool") as step:
                step.output = "done"
            reply = cl.Message()
            cl.run_sync(reply.stream_token(message.content))
            cl.run_sync(reply.stream_token(cl.user_session.get("word")))
            cl.run_sync(reply.send())

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        answer = await chat.send("very ")

        assert answer.text == "very sync"
        assert "work" in answer.trace.names


async def test_a_hook_that_yields_streams_its_answer(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_chat_start
        async def start() -> AsyncIterator[str]:
            yield "Wel"
            yield "come"

        @cl.on_message
        def answer(message: cl.Message) -> Iterator[str]:
            with cl.Step("count", type="tool"):
                yield from ("one ", "two")
            assert threading.current_thread() is not threading.main_thread()

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        answer = await chat.send("go")

        assert answer.text == "one two"
        assert chat.messages[0].text == "Welcome"
        assert "count" in answer.trace.names


async def yields_inside_of_a_step() -> AsyncIterator[str]:
    async with cl.Step("outer"):
        yield "one "
        async with cl.Step("inner"):
            yield "two "
    async with cl.Step("after"):
        yield "three"


def yields_inside_of_a_step_and_blocks() -> Iterator[str]:
    with cl.Step("outer"):
        yield "one "
        with cl.Step("inner"):
            yield "two "
    with cl.Step("after"):
        yield "three"


@pytest.mark.parametrize(
    "hook", [yields_inside_of_a_step, yields_inside_of_a_step_and_blocks], ids=["async", "sync"]
)
async def test_steps_of_a_hook_that_yields_nest_as_they_are_written(
    tmp_path: Path, hook: object
) -> None:
    app = make_app(make_config(tmp_path), lambda: cl.on_message(hook))  # type: ignore[type-var]
    async with chatting(app) as chat:
        answer = await chat.send("go")

        assert answer.text == "one two three"
        assert answer.trace.outline().splitlines() == [
            "turn on_message",
            "  message user message",
            "  chain outer",
            "    chain inner",
            "  message assistant message",
            "  chain after",
        ]


async def test_a_turn_bears_the_question_and_the_answer(tmp_path: Path) -> None:
    """Lists of traces, here and in other backends, show a trace by the bodies of its root."""

    def define() -> None:
        @cl.on_message
        async def answer() -> None:
            await cl.Message("Let me think.").send()
            await cl.Message("42").send()

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        turn = (await chat.send("What is it?")).trace.find("on_message").view

        assert (turn.input_preview, turn.output_preview) == ("What is it?", "42")


async def test_a_hook_that_yields_nothing_says_nothing(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer() -> AsyncIterator[str]:
            for token in "":
                yield token

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        assert (await chat.send("go")).messages == []


async def test_a_generator_that_fails_keeps_what_it_said(tmp_path: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer() -> AsyncIterator[str]:
            yield "so far"
            raise ValueError("broken")

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        answer = await chat.send("go")

        assert answer.turn.status == "error"
        assert [message.is_error for message in answer.messages] == [False, True]
        assert answer.messages[0].text == "so far"
