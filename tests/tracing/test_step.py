"""`Step` and `@step` on functions."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from dirty_equals import IsStr
from inline_snapshot import snapshot
from opentelemetry import trace
from pydantic import BaseModel

from spanlit.tracing import SpanCorrected, SpanRemoved, Step, get_recorder, step
from spanlit.tracing.record import SpanRecord
from tests.tracing.support import MemorySink, outline, started


def test_a_whole_step(spans: MemorySink, ticking_clock: None) -> None:
    with Step(
        "search",
        type="tool",
        tags=["web"],
        metadata={"engine": "bm25"},
        language="json",
        icon="globe",
        default_open=True,
        auto_collapse=True,
        show_input=False,
    ) as one:
        one.input = {"query": "otel"}
        one.output = ["a", "b"]

    record = spans.only
    assert (record.trace_id, record.span_id) == (one.trace_id, one.id) == (f"{1:032x}", f"{1:016x}")
    assert (record.start_time_ns, record.end_time_ns) == snapshot((1000000000, 2000000000))
    assert (record.kind, record.status, record.parent_span_id) == ("tool", "ok", None)
    assert (record.input, record.output) == snapshot(('{"query":"otel"}', '["a","b"]'))
    assert record.attributes == snapshot(
        {
            "spanlit.kind": "tool",
            "spanlit.step.type": "tool",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "spanlit.step.tags": ["web"],
            "spanlit.step.metadata": '{"engine":"bm25"}',
            "spanlit.step.language": "json",
            "spanlit.step.icon": "globe",
            "spanlit.step.default_open": True,
            "spanlit.step.auto_collapse": True,
            "spanlit.step.show_input": False,
            "input.mime_type": "application/json",
            "output.mime_type": "application/json",
        }
    )
    assert record.scope_name == "spanlit"
    assert record.resource["telemetry.sdk.name"] == "opentelemetry"
    assert record.process_id == IsStr(regex=r"[0-9a-f-]{36}")


@pytest.mark.parametrize(
    ("type_", "kind", "attributes"),
    [
        ("run", "agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "x"}),
        ("agent", "agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "x"}),
        ("tool", "tool", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x"}),
        ("llm", "llm", {"gen_ai.operation.name": "chat"}),
        ("embedding", "embedding", {"gen_ai.operation.name": "embeddings"}),
        ("retrieval", "retrieval", {"gen_ai.operation.name": "retrieval"}),
        ("rerank", "rerank", {"openinference.span.kind": "RERANKER"}),
        ("guardrail", "guardrail", {"openinference.span.kind": "GUARDRAIL"}),
        ("undefined", "chain", {"openinference.span.kind": "CHAIN"}),
        ("my own word", "other", {}),
    ],
)
def test_the_type_decides_on_kind_and_operation(
    spans: MemorySink, type_: str, kind: str, attributes: dict[str, str]
) -> None:
    with Step("x", type=type_):
        pass
    assert spans.only.kind == kind
    assert spans.only.attributes == {
        "spanlit.kind": kind,
        "spanlit.step.type": type_,
        **attributes,
    }


async def test_async_context_manager(spans: MemorySink) -> None:
    async with Step("outer") as outer:
        assert Step.current() is outer
        async with Step("inner") as inner:
            assert Step.current() is inner
        assert Step.current() is outer
    assert Step.current() is None
    assert spans.parents() == {"inner": "outer", "outer": None}


def test_an_exception_fails_the_step_and_goes_on(spans: MemorySink) -> None:
    with pytest.raises(ZeroDivisionError), Step("divide"):
        1 / 0  # noqa: B018
    record = spans.only
    assert (record.status, record.status_message) == (
        "error",
        "ZeroDivisionError: division by zero",
    )
    assert record.attributes["error.type"] == "ZeroDivisionError"
    (event,) = record.events
    assert event.name == "exception"
    assert event.attributes == {
        "exception.type": "ZeroDivisionError",
        "exception.message": "division by zero",
        "exception.stacktrace": IsStr(regex=r"(?s)Traceback.*1 / 0.*"),
        "exception.escaped": "True",
    }


def test_an_exception_that_cannot_be_written(spans: MemorySink) -> None:
    class RudeError(Exception):
        def __str__(self) -> str:
            raise ValueError

    with pytest.raises(RudeError), Step("rude"):
        raise RudeError
    assert spans.only.status == "error"
    assert spans.only.status_message.endswith("RudeError")


async def test_cancellation_is_not_an_error(spans: MemorySink) -> None:
    entered = asyncio.Event()

    @step
    async def wait() -> None:
        entered.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert spans.only.status == "cancelled"
    assert spans.only.events == []


def test_a_step_can_be_marked_as_failed(spans: MemorySink) -> None:
    with Step("check") as one:
        one.output = "no such page"
        one.is_error = True
    assert (spans.only.status, spans.only.status_message) == ("error", "no such page")


@dataclass
class Point:
    x: int
    y: int


class City(BaseModel):
    name: str
    at: Point


@pytest.mark.parametrize(
    ("value", "text", "mime"),
    [
        ("text", "text", "text/plain"),
        ("", "", "text/plain"),
        (0, "0", "application/json"),
        (False, "false", "application/json"),
        ([], "[]", "application/json"),
        ({"ä": (1, 2)}, '{"ä":[1,2]}', "application/json"),
        (Point(1, 2), '{"x":1,"y":2}', "application/json"),
        (City(name="Rom", at=Point(1, 2)), '{"name":"Rom","at":{"x":1,"y":2}}', "application/json"),
        (
            [City(name="Rom", at=Point(1, 2))],
            '[{"name":"Rom","at":{"x":1,"y":2}}]',
            "application/json",
        ),
        ({1}, "[1]", "application/json"),
        (2**70, "1180591620717411303424", "application/json"),
        (b"12345", "<5 bytes>", "text/plain"),
        ({"png": bytes(1_234)}, '{"png":"<1,234 bytes>"}', "application/json"),
        ({"type": int}, """{"type":"<class 'int'>"}""", "application/json"),
        (ValueError("no"), "no", "text/plain"),
        ("a\ud800b", "a\ufffdb", "text/plain"),
    ],
)
def test_values_become_text(spans: MemorySink, value: object, text: str, mime: str) -> None:
    with Step("x") as one:
        one.input = value
        one.output = value
        assert (one.input, one.output) == (text, text)
    record = spans.only
    assert (record.input, record.output) == (text, text)
    assert record.attributes["input.mime_type"] == record.attributes["output.mime_type"] == mime


def test_a_value_is_taken_as_it_is_now(spans: MemorySink) -> None:
    messages = ["one"]
    with Step("x") as one:
        one.input = messages
        messages.append("two")
    assert spans.only.input == '["one"]'


@pytest.mark.parametrize("result", [0, "", [], False, {}])
def test_falsy_results_are_results(spans: MemorySink, result: object) -> None:
    @step
    def compute() -> object:
        return result

    assert compute() is result
    assert spans.only.attributes["output.mime_type"]
    assert spans.only.output in ("0", "", "[]", "false", "{}")


def test_none_is_no_result(spans: MemorySink) -> None:
    @step
    def compute() -> None:
        current = Step.current()
        assert current is not None
        current.output = "said by the function itself"

    compute()
    assert spans.only.output == "said by the function itself"


def test_arguments_become_the_input(spans: MemorySink) -> None:
    @step(name="sum", type="tool")
    def add(a: int, b: int = 2, *more: int, loud: bool = False, **options: int) -> int:
        return a + b + sum(more)

    assert add(1) == 3
    assert add(1, 1, 1, 1, loud=True, deep=5) == 4
    assert [record.name for record in spans.ended] == ["sum", "sum"]
    assert [record.input for record in spans.ended] == snapshot(
        [
            '{"a":1,"b":2,"more":[],"loud":false,"options":{}}',
            '{"a":1,"b":1,"more":[1,1],"loud":true,"options":{"deep":5}}',
        ]
    )


def test_methods_leave_self_out(spans: MemorySink) -> None:
    class Agent:
        @step
        def act(self, what: str) -> str:
            return what

        @classmethod
        @step
        def make(cls) -> "Agent":
            return cls()

    Agent.make().act("search")
    assert [(record.name, record.input) for record in spans.ended] == [
        ("make", ""),
        ("act", '{"what":"search"}'),
    ]


def test_a_wrong_call_is_the_callers_error(spans: MemorySink) -> None:
    @step
    def add(a: int) -> int:
        return a

    with pytest.raises(TypeError, match="unexpected keyword argument 'b'"):
        add(b=1)  # type: ignore[call-arg]
    assert spans.only.status == "error"


async def test_wrappers_are_of_the_kind_of_the_function(spans: MemorySink) -> None:
    @step
    def plain() -> None: ...

    @step
    async def coroutine() -> str:
        """Docstring."""
        return "done"

    assert not inspect.iscoroutinefunction(plain)
    assert inspect.iscoroutinefunction(coroutine)
    assert (coroutine.__name__, coroutine.__doc__) == ("coroutine", "Docstring.")
    assert await coroutine() == "done"
    assert spans.only.output == "done"


async def test_a_plain_function_that_returns_a_coroutine(spans: MemorySink) -> None:
    """Decorators and `partial` hide what a function is."""

    async def fetch(url: str) -> str:
        current = Step.current()
        return f"{url} in {current.name if current else None}"

    @step
    def hidden(url: str) -> Any:
        return fetch(url)

    assert await hidden("a") == "a in hidden"
    assert await step(name="partial")(functools.partial(fetch, "b"))() == "b in partial"
    assert [record.output for record in spans.ended] == ["a in hidden", "b in partial"]


def test_builtins_can_be_steps(spans: MemorySink) -> None:
    assert step(type="tool")(len)([1, 2]) == 2
    assert (spans.only.name, spans.only.output) == ("len", "2")


def test_a_step_object_decorates(spans: MemorySink) -> None:
    @Step("lookup", type="retrieval", tags=["docs"])
    def find(query: str) -> list[str]:
        return [query, query]

    assert find("a") == ["a", "a"]
    find("b")
    first, second = spans.ended
    assert first.span_id != second.span_id
    assert (first.kind, first.name, first.document_count) == ("retrieval", "lookup", 2)
    assert first.attributes["spanlit.step.tags"] == ["docs"]


def test_a_step_without_a_name_takes_that_of_the_function(spans: MemorySink) -> None:
    @Step(type="tool")
    def find() -> None: ...

    find()
    assert spans.only.name == "find"


async def test_streaming(spans: MemorySink) -> None:
    async with Step("answer", type="llm") as one:
        await one.stream_token("que", is_input=True)
        await one.stream_token("stion", is_input=True)
        for token in ("Hé", "", "l😀", "lo"):
            await one.stream_token(token)
        assert one.output == "Hél😀lo"
    assert spans.only.input == "question"
    assert spans.only.output == "Hél😀lo"
    assert spans.only.ttft_ms > 0
    assert "gen_ai.response.time_to_first_chunk" in spans.only.attributes


async def test_a_sequence_replaces_what_was_streamed(spans: MemorySink) -> None:
    async with Step("answer") as one:
        await one.stream_token("Hel")
        get_recorder().flush()
        await one.stream_token("Hello", is_sequence=True)
        await one.stream_token(" you")
        get_recorder().flush()
        await one.stream_token("!")
    assert outline(spans.events) == snapshot(
        [
            "started answer",
            "delta 1 output@0 Hel",
            "corrected answer",
            "delta 1 output@9 !",
            "ended answer",
        ]
    )
    (corrected,) = [event for event in spans.events if isinstance(event, SpanCorrected)]
    assert (corrected.record.output, corrected.record.ended) == ("Hello you", False)


async def test_send_and_update_without_entering(spans: MemorySink) -> None:
    """The Chainlit way: send, change, update."""
    one = Step("plan")
    one.input = "question"
    assert (one.id, one.trace_id) == ("", "")
    assert await one.send() is one
    assert Step.current() is None
    assert started(spans.events)[0].input == "question"
    one.output = "answer"
    assert await one.update()
    assert spans.only.output == "answer"
    one.output = "better answer"
    one.name = "Thought for 3 s"
    one.tags.append("late")
    await one.update()
    corrected = spans.events[-1]
    assert isinstance(corrected, SpanCorrected)
    assert_correction(corrected.record, spans.only)


def assert_correction(record: SpanRecord, end: SpanRecord) -> None:
    assert (record.name, record.output) == ("Thought for 3 s", "better answer")
    assert record.attributes["spanlit.step.tags"] == ["late"]
    assert (record.span_id, record.start_time_ns) == (end.span_id, end.start_time_ns)
    assert record.end_time_ns == end.end_time_ns
    assert record.version > end.version


async def test_update_tells_of_an_open_step(spans: MemorySink) -> None:
    async with Step("Thinking") as one:
        get_recorder().flush()
        one.name = "Thought"
        one.metadata["depth"] = 2
        await one.update()
        corrected = spans.events[-1]
        assert isinstance(corrected, SpanCorrected)
        assert (corrected.record.name, corrected.record.status) == ("Thought", "running")
        assert corrected.record.attributes["spanlit.step.metadata"] == '{"depth":2}'
    assert spans.only.name == "Thought"


async def test_update_does_not_end_what_a_decorator_ends(spans: MemorySink) -> None:
    @step
    def plain() -> Any:
        return Step.current()

    @step
    async def streaming() -> AsyncIterator[str]:
        current = Step.current()
        assert current is not None
        await current.update()
        yield "one"
        await current.update()
        yield "two"

    assert [item async for item in streaming()] == ["one", "two"]
    assert spans.only.output == "onetwo"
    finished = plain()
    assert await finished.update()
    assert len(spans.ended) == 2


async def test_an_update_alone_is_a_whole_step(spans: MemorySink) -> None:
    one = Step("note")
    one.output = "text"
    await one.update()
    assert spans.only.output == "text"


async def test_remove(spans: MemorySink) -> None:
    async with Step("mistake") as one:
        await one.remove()
    removed = spans.events[-1]
    assert isinstance(removed, SpanRemoved)
    assert removed.record.removed
    assert removed.record.span_id == one.id
    assert len(spans.ended) == 1


def test_corrections_in_one_millisecond_have_an_order(spans: MemorySink) -> None:
    with Step("x") as one:
        pass
    for text in ("a", "b", "c"):
        one.output = text
        assert one.span
        one.span.update()
    versions = [e.record.version for e in spans.events if isinstance(e, SpanCorrected)]
    assert versions == sorted(set(versions))


def test_parent_id_is_honoured(spans: MemorySink) -> None:
    with Step("run"):
        with Step("first") as first:
            pass
        with Step("second", parent_id=first.id), Step("third"):
            pass
        with Step("lost", parent_id="no span id"):
            pass
    assert spans.parents() == {
        "first": "run",
        "second": "first",
        "third": "second",
        "lost": "run",
        "run": None,
    }
    assert len({record.trace_id for record in spans.ended}) == 1


def test_a_step_can_begin_again(spans: MemorySink) -> None:
    one = Step("again")
    with one:
        one.output = "first"
    with one:
        pass
    first, second = spans.ended
    assert first.span_id != second.span_id
    assert (first.output, second.output) == ("first", "")


def test_own_attributes(spans: MemorySink) -> None:
    one = Step("chat", type="llm")
    one.set_attributes({"gen_ai.request.model": "gpt-4o", "gen_ai.provider.name": "openai"})
    with one:
        one.set_attributes({"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100})
    record = spans.only
    assert (record.model, record.provider) == ("gpt-4o", "openai")
    assert (record.input_tokens, record.output_tokens) == (1000, 100)
    assert record.cost_usd == pytest.approx(0.0035)


def test_thread_id_outside_of_turns(spans: MemorySink) -> None:
    with Step("x", thread_id="thread-7"):
        pass
    assert spans.only.thread_id == "thread-7"


def test_plain_spans_without_install(in_memory_exporter: Any) -> None:
    """Steps are spans of the application's provider, and need no recorder."""
    tracer = trace.get_tracer("lib")
    with Step("outer"), tracer.start_as_current_span("foreign"), Step("inner") as inner:
        inner.output = "text"
    inner_span, foreign, outer = in_memory_exporter.get_finished_spans()
    assert [span.name for span in (inner_span, foreign, outer)] == ["inner", "foreign", "outer"]
    assert inner_span.parent.span_id == foreign.context.span_id
    assert foreign.parent.span_id == outer.context.span_id
    assert inner_span.attributes["output.value"] == "text"


def test_without_any_provider() -> None:
    with Step("outer") as outer, Step("inner") as inner:
        inner.output = 1
    assert int(inner.id, 16)
    assert inner.id != outer.id
    assert inner.trace_id == outer.trace_id
