"""Steps nest where a reader of the code expects, in tasks and in threads."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
import pytest

from spanlit.tracing import LiveSpan, Step, TurnScope, current_scope, step, turn_span
from tests.tracing.support import MemorySink

SCOPE = TurnScope(owner="app", thread_id="thread-1", user_id="user-1")


@step(type="tool")
def work(name: str = "") -> None:
    assert current_scope() == SCOPE


async def async_work() -> None:
    work()


async def in_task() -> None:
    await asyncio.create_task(async_work())


async def in_gather() -> None:
    await asyncio.gather(async_work(), return_exceptions=False)


async def in_task_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(async_work())


async def in_to_thread() -> None:
    await asyncio.to_thread(work)


async def in_anyio_thread() -> None:
    await anyio.to_thread.run_sync(work)


async def in_default_executor() -> None:
    await asyncio.get_running_loop().run_in_executor(None, work)


async def in_executor() -> None:
    with ThreadPoolExecutor(1) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, work)


async def in_thread() -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


async def in_timer() -> None:
    timer = threading.Timer(0, work)
    timer.start()
    timer.join()


@pytest.mark.parametrize(
    "carry",
    [
        async_work,
        in_task,
        in_gather,
        in_task_group,
        in_to_thread,
        in_anyio_thread,
        in_default_executor,
        in_executor,
        in_thread,
        in_timer,
    ],
)
async def test_steps_nest_in(spans: MemorySink, carry: object) -> None:
    assert callable(carry)
    with turn_span("on_message", SCOPE):
        async with Step("outer"):
            await carry()
    assert spans.parents() == {"work": "outer", "outer": "on_message", "on_message": None}
    assert {record.thread_id for record in spans.ended} == {"thread-1"}


async def test_a_pool_that_is_shared_by_two_turns(spans: MemorySink) -> None:
    with ThreadPoolExecutor(1) as pool:
        for name in ("first", "second"):
            with turn_span(name, SCOPE), Step(f"step of {name}"):
                pool.submit(step(name=f"work of {name}")(lambda: None)).result()
    assert spans.parents() == {
        "work of first": "step of first",
        "step of first": "first",
        "first": None,
        "work of second": "step of second",
        "step of second": "second",
        "second": None,
    }


async def test_parallel_branches_do_not_mix(spans: MemorySink) -> None:
    @step
    async def branch(name: str) -> None:
        for number in range(3):
            async with Step(f"{name}{number}"):
                await asyncio.sleep(0)

    async with Step("root"):
        await asyncio.gather(step(name="a")(branch)("a"), step(name="b")(branch)("b"))
    names = {record.span_id: record for record in spans.ended}
    for record in spans.ended:
        if record.name[-1].isdigit():
            parent = names[record.parent_span_id or ""]
            assert parent.name == "branch"
            assert names[parent.parent_span_id or ""].name == record.name[0]


def test_a_live_span_is_current_only_where_it_is_attached(spans: MemorySink) -> None:
    message = LiveSpan.start("assistant", kind="message")
    with Step("unrelated"):
        pass
    child = LiveSpan.start("child", kind="other", context=message.context)
    child.end()
    message.end()
    assert spans.parents() == {"unrelated": None, "child": "assistant", "assistant": None}
