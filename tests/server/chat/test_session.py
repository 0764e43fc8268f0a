"""What hooks know of their chat, wherever they run."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

import spanlit as cl
from spanlit.server.chat import ChatContextError
from tests.server.support import chatting, make_app, make_config


async def in_chat(tmp_path: Path, body: Callable[[], Awaitable[Any]]) -> Any:
    """Run `body` in a hook and return what it returned, or raise what it raised."""
    outcome: list[Any] = []

    def define() -> None:
        @cl.on_message
        async def answer() -> None:
            try:
                outcome.append(await body())
            except Exception as error:
                outcome.append(error)

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        await chat.send("go")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


@pytest.mark.parametrize(
    "use",
    [
        lambda: cl.user_session.get("a"),
        lambda: cl.user_session.set("a", 1),
        cl.chat_context.get,
        lambda: cl.context.session,
    ],
    ids=["get", "set", "history", "context"],
)
def test_outside_of_a_chat_the_error_says_so(use: Callable[[], object]) -> None:
    with pytest.raises(ChatContextError, match="There is no chat here"):
        use()


async def test_values_are_found_from_tasks_and_threads(tmp_path: Path) -> None:
    def read() -> Any:
        return cl.user_session.get("key")

    async def read_async() -> Any:
        return cl.user_session.get("key")

    async def body() -> list[Any]:
        cl.user_session.set("key", "value")
        with ThreadPoolExecutor() as pool:
            executed = pool.submit(copy_context().run, read).result()
        return [
            read(),
            await asyncio.create_task(read_async()),
            await asyncio.to_thread(read),
            await cl.make_async(read)(),
            executed,
            cl.run_sync(read_async()),
            await cl.make_async(lambda: cl.run_sync(read_async()))(),
        ]

    assert await in_chat(tmp_path, body) == ["value"] * 7


async def test_the_current_step_is_known(tmp_path: Path) -> None:
    async def body() -> list[Any]:
        outside = cl.context.current_step
        async with cl.Step("inner") as step:
            return [outside, cl.context.current_step is step]

    assert await in_chat(tmp_path, body) == [None, True]


async def test_run_sync_in_a_worker_thread_runs_on_the_loop_of_the_chat(tmp_path: Path) -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    async def body() -> tuple[bool, bool]:
        from_thread = await cl.make_async(lambda: cl.run_sync(loop()))()
        return from_thread is cl.context.loop, cl.run_sync(loop()) is not cl.context.loop

    assert await in_chat(tmp_path, body) == (True, True)


def test_run_sync_works_without_any_loop() -> None:
    async def add() -> int:
        await cl.sleep(0)
        return 3

    assert cl.run_sync(add()) == 3


async def test_run_sync_raises_what_the_coroutine_raises() -> None:
    async def fail() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        cl.run_sync(fail())


async def test_make_async_passes_arguments_and_keeps_the_name() -> None:
    def subtract(a: int, b: int = 0) -> int:
        return a - b

    in_thread = cl.make_async(subtract)

    assert await in_thread(5, b=2) == 3
    assert in_thread.__name__ == "subtract"


async def test_reserved_keys_are_answered_and_cannot_be_set(tmp_path: Path) -> None:
    async def body() -> tuple[Any, Any]:
        with pytest.raises(ValueError, match="answered by Spanlit"):
            cl.user_session.set("id", "mine")
        return cl.user_session.get("id"), cl.context.session.id

    found, expected = await in_chat(tmp_path, body)
    assert found == expected


async def test_an_accessor_has_a_default_and_can_be_applied(tmp_path: Path) -> None:
    async def body() -> list[int]:
        counter = cl.user_session.create_accessor("n", 0, apply_fn=lambda n: n + 1)
        values = [counter.get(), counter.apply(), counter.apply()]
        counter.reset()
        return [*values, counter.get()]

    assert await in_chat(tmp_path, body) == [0, 1, 2, 0]


async def test_an_accessor_without_a_function_cannot_be_applied(tmp_path: Path) -> None:
    async def body() -> None:
        cl.user_session.create_accessor("n", 0).apply()

    with pytest.raises(TypeError, match="apply_fn"):
        await in_chat(tmp_path, body)


async def test_the_history_can_be_edited(tmp_path: Path) -> None:
    async def body() -> list[Any]:
        await cl.Message("one").send()
        hidden = cl.chat_context.add(cl.Message("hidden", type="system_message"))
        seen = [cl.chat_context.to_openai()]
        cl.chat_context.get().clear()
        assert cl.chat_context.remove(hidden)
        assert not cl.chat_context.remove(hidden)
        seen.append(cl.chat_context.to_openai())
        cl.chat_context.clear()
        return [*seen, cl.chat_context.to_openai()]

    user = {"role": "user", "content": "go"}
    one = {"role": "assistant", "content": "one"}
    hidden = {"role": "system", "content": "hidden"}
    assert await in_chat(tmp_path, body) == [[user, one, hidden], [user, one], []]
