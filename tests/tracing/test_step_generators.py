"""`@step` on generators: every string streams, and nothing leaks into the consumer."""

import asyncio
import gc
import inspect
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

import pytest
from opentelemetry import trace

from spanlit.tracing import Step, current_span_id, get_recorder, step
from tests.tracing.support import MemorySink, outline


def test_a_generator_streams(spans: MemorySink) -> None:
    @step(type="llm")
    def answer(words: int) -> Iterator[str]:
        for number in range(words):
            yield f"word{number} "

    assert inspect.isgeneratorfunction(answer)
    assert list(answer(3)) == ["word0 ", "word1 ", "word2 "]
    assert outline(spans.events) == [
        "started answer",
        "delta 1 output@0 word0 word1 word2 ",
        "ended answer",
    ]
    assert (spans.only.input, spans.only.output) == ('{"words":3}', "word0 word1 word2 ")


async def test_an_async_generator_streams(spans: MemorySink) -> None:
    @step
    async def answer() -> AsyncIterator[str]:
        yield "one "
        await asyncio.sleep(0)
        yield "two"

    assert inspect.isasyncgenfunction(answer)
    assert [word async for word in answer()] == ["one ", "two"]
    assert (spans.only.status, spans.only.output) == ("ok", "one two")


def test_it_begins_with_the_first_item(spans: MemorySink) -> None:
    @step
    def answer() -> Iterator[str]:
        yield "one"

    generator = answer()
    assert spans.events == []
    next(generator)
    assert outline(spans.events) == ["started answer", "delta 1 output@0 one"]
    assert list(generator) == []
    assert spans.only.status == "ok"


def test_only_strings_stream(spans: MemorySink) -> None:
    @step
    def search() -> Generator[object, None, list[int]]:
        yield {"found": 1}
        yield 2
        return [1, 2]

    assert list(search()) == [{"found": 1}, 2]
    assert spans.only.output == "[1,2]"


def test_the_consumer_is_not_inside(spans: MemorySink) -> None:
    @step
    def answer() -> Iterator[str]:
        with Step("in the body"):
            yield "one"
            with Step("deep"):
                yield "two"
        with Step("after"):
            pass

    with Step("consumer") as consumer:
        for item in answer():
            assert Step.current() is consumer
            assert current_span_id() == consumer.id
            with Step(f"takes {item}"):
                pass
    assert spans.parents() == {
        "takes one": "consumer",
        "deep": "in the body",
        "takes two": "consumer",
        "in the body": "answer",
        "after": "answer",
        "answer": "consumer",
        "consumer": None,
    }


async def test_the_async_consumer_is_not_inside(spans: MemorySink) -> None:
    tracer = trace.get_tracer("lib")

    @step
    async def answer() -> AsyncIterator[str]:
        with tracer.start_as_current_span("in the body"):
            yield "one"
            await asyncio.sleep(0)
            async with Step("deep"):
                yield "two"

    async with Step("consumer") as consumer:
        async for item in answer():
            assert Step.current() is consumer
            async with Step(f"takes {item}"):
                pass
    assert spans.parents() == {
        "takes one": "consumer",
        "deep": "in the body",
        "takes two": "consumer",
        "in the body": "answer",
        "answer": "consumer",
        "consumer": None,
    }


def test_send_throw_and_return(spans: MemorySink) -> None:
    @step
    def echo() -> Generator[str, str, str]:
        said = ""
        while said != "stop":
            try:
                said = yield f"<{said}>"
            except KeyError:
                said = "KeyError"
        return "done"

    generator = echo()
    assert next(generator) == "<>"
    assert generator.send("a") == "<a>"
    assert generator.throw(KeyError()) == "<KeyError>"
    with pytest.raises(StopIteration) as stopped:
        generator.send("stop")
    assert stopped.value.value == "done"
    assert (spans.only.status, spans.only.output) == ("ok", "<><a><KeyError>")


async def test_asend_and_athrow(spans: MemorySink) -> None:
    @step
    async def echo() -> AsyncGenerator[str, str]:
        said = yield "<>"
        try:
            yield f"<{said}>"
        except KeyError:
            yield "<KeyError>"

    generator = echo()
    assert await anext(generator) == "<>"
    assert await generator.asend("a") == "<a>"
    assert await generator.athrow(KeyError()) == "<KeyError>"
    await generator.aclose()
    assert (spans.only.status, spans.only.output) == ("cancelled", "<><a><KeyError>")


def test_an_error_in_the_body(spans: MemorySink) -> None:
    @step
    def answer() -> Iterator[str]:
        yield "one"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(answer())
    assert (spans.only.status, spans.only.output) == ("error", "one")


async def test_an_error_in_the_async_body(spans: MemorySink) -> None:
    @step
    async def answer() -> AsyncIterator[str]:
        yield "one"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        [item async for item in answer()]
    assert (spans.only.status, spans.only.output) == ("error", "one")


def test_a_closed_generator(spans: MemorySink) -> None:
    cleaned_up_in: list[Step | None] = []

    @step
    def answer() -> Iterator[str]:
        try:
            yield "one"
            yield "two"
        finally:
            cleaned_up_in.append(Step.current())

    for _item in answer():
        break
    gc.collect()
    assert (spans.only.status, spans.only.output) == ("cancelled", "one")
    (current,) = cleaned_up_in
    assert current is not None
    assert current.name == "answer"


async def test_a_closed_async_generator(spans: MemorySink) -> None:
    @step
    async def answer() -> AsyncIterator[str]:
        yield "one"
        yield "two"

    generator = answer()
    assert inspect.isasyncgen(generator)
    async for _item in generator:
        break
    await generator.aclose()
    assert spans.only.status == "cancelled"


async def test_an_abandoned_async_generator(
    spans: MemorySink, caplog: pytest.LogCaptureFixture
) -> None:
    """Python closes it in a task of its own; OpenTelemetry would log a failed detach."""

    @step
    async def answer() -> AsyncIterator[str]:
        async with Step("in the body"):
            yield "one"
            yield "two"

    async with Step("consumer") as consumer:
        async for _item in answer():
            break
        gc.collect()
        assert Step.current() is consumer
    for _ in range(3):  # the event loop closes it
        await asyncio.sleep(0)
    assert {record.name: record.status for record in spans.ended} == {
        "consumer": "ok",
        "in the body": "cancelled",
        "answer": "cancelled",
    }
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_cancelling_the_consumer(spans: MemorySink) -> None:
    waiting = asyncio.Event()

    @step
    async def answer() -> AsyncIterator[str]:
        yield "one"
        waiting.set()
        await asyncio.Event().wait()

    async def consume() -> None:
        async for _item in answer():
            pass

    task = asyncio.create_task(consume())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (spans.only.status, spans.only.output) == ("cancelled", "one")


async def test_items_asked_for_from_different_tasks(
    spans: MemorySink, caplog: pytest.LogCaptureFixture
) -> None:
    @step
    async def answer() -> AsyncIterator[str]:
        async with Step("in the body"):
            yield "one"
        yield "two"

    generator = answer()
    for _ in range(2):
        await asyncio.wait_for(anext(generator), 5)
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(generator), 5)
    assert spans.parents() == {"in the body": "answer", "answer": None}
    assert caplog.records == []


async def test_plain_functions_that_return_generators(spans: MemorySink) -> None:
    """Decorators hide what a function is."""

    def words(first: str) -> Iterator[str]:
        yield first

    async def more_words(first: str) -> AsyncIterator[str]:
        yield first

    assert list(step(name="sync")(lambda: words("one"))()) == ["one"]
    assert [item async for item in step(name="async")(lambda: more_words("two"))()] == ["two"]
    assert [(record.name, record.output) for record in spans.ended] == [
        ("sync", "one"),
        ("async", "two"),
    ]


async def test_two_generators_at_once_cost_one_event_each(spans: MemorySink) -> None:
    @step
    async def answer(name: str) -> AsyncIterator[str]:
        for _ in range(3):
            yield name

    first, second = answer("a"), answer("b")
    get_recorder().flush()
    async for _item in first:
        await anext(second)
    deltas = [line for line in outline(spans.events) if line.startswith("delta")]
    assert deltas == ["delta 1 output@0 aaa", "delta 2 output@0 bbb"]
