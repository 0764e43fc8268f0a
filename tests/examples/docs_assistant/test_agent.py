"""The agent over a real MCP server; with a model, over a real client of a local server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from agent import Agent
from docs_client import DocsClient
from errors import ModelError, ToolCallError
from inline_snapshot import snapshot
from model import Model

from spanlit.testing import SpanRecorder
from tests.examples.docs_assistant.fake_model import FakeModel, serving

GUIDE = """# Guide
## Starting
Press the green button to start the machine.

## Stopping
The machine stops when you press the red button. Then it is quiet.
"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    (folder / "guide.md").write_text(GUIDE)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def docs(folder: Path) -> AsyncIterator[DocsClient]:
    client = DocsClient(folder)
    yield client
    await client.close()


@pytest.fixture
def fake_model() -> Iterator[FakeModel]:
    with serving(FakeModel([])) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def model(fake_model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Model]:
    monkeypatch.setenv("OPENAI_BASE_URL", fake_model.base_url)
    model = Model()
    yield model
    await model.close()


def outline(captured_spans: SpanRecorder) -> str:
    """The agent's part of the trace; the MCP client and the local model have traces too."""
    depths = captured_spans.trace.find("docs assistant").walk()
    return "\n".join(
        f"{'  ' * depth}{span.view.kind} {span.name} {span.view.status}" for depth, span in depths
    )


def said(captured_spans: SpanRecorder) -> str:
    return next(record.output for record in captured_spans.records if record.kind == "message")


async def ask(agent: Agent, question: str) -> None:
    await agent.answer([{"role": "user", "content": question}])


async def test_a_guess_fails_and_a_search_answers(
    docs: DocsClient, captured_spans: SpanRecorder
) -> None:
    await ask(Agent(docs), "How do I stop the machine?")

    assert outline(captured_spans) == snapshot("""\
agent docs assistant ok
  chain plan ok
  retrieval look up ok
    tool read_section error
      tool MCP send tools/call read_section ok
    tool search ok
      tool MCP send tools/call search ok
    rerank rank sections ok
    tool read_section ok
      tool MCP send tools/call read_section ok
    tool read_section ok
      tool MCP send tools/call read_section ok
  guardrail check quotes ok
  chain write answer ok
    message assistant message ok\
""")
    assert said(captured_spans) == snapshot("""\
### Guide / Stopping

> The machine stops when you press the red button. Then it is quiet. [1]

### Guide / Starting

> Press the green button to start the machine. [2]

**Sources**

1. Guide / Stopping (`guide.md`, line 5)
2. Guide / Starting (`guide.md`, line 2)\
""")


async def test_retrieval_says_how_many_documents_it_found(
    docs: DocsClient, captured_spans: SpanRecorder
) -> None:
    await ask(Agent(docs), "How do I stop the machine?")

    counts = {
        record.name: record.document_count
        for record in captured_spans.records
        if record.document_count is not None
    }
    assert counts == snapshot({"look up": 2, "search": 2, "rank sections": 2, "read_section": 1})


async def test_a_guess_that_is_right_needs_no_search_result(
    docs: DocsClient, captured_spans: SpanRecorder
) -> None:
    await ask(Agent(docs), "What is starting?")

    assert captured_spans.trace.find("read_section").view.status == "ok"
    assert said(captured_spans).startswith("### Guide / Starting")


async def test_nothing_found_is_said_in_words(
    docs: DocsClient, captured_spans: SpanRecorder
) -> None:
    await ask(Agent(docs), "Pineapples?")

    assert said(captured_spans) == snapshot(
        "I found nothing about this in the documents. I searched for “pineapples”. Other words may find it: I look for words, not for meanings."
    )


async def test_a_model_plans_and_writes_and_its_quotes_are_checked(
    docs: DocsClient, model: Model, fake_model: FakeModel, captured_spans: SpanRecorder
) -> None:
    fake_model.replies = [
        '{"guess": "Emergency stop", "searches": ["red button"]}',
        "It stops:\n\n> Then it is quiet. [1]\n\nAnd also:\n\n> It never stops. [1]",
    ]

    await ask(Agent(docs, model), "How do I stop the machine?")

    assert outline(captured_spans) == snapshot("""\
agent docs assistant ok
  chain plan ok
    llm tiny ok
  retrieval look up ok
    tool read_section error
      tool MCP send tools/call read_section ok
    tool search ok
      tool MCP send tools/call search ok
    rerank rank sections ok
    tool read_section ok
      tool MCP send tools/call read_section ok
    tool read_section ok
      tool MCP send tools/call read_section ok
  chain write answer ok
    message assistant message ok
    llm tiny ok
    guardrail check quotes ok\
""")
    assert said(captured_spans) == snapshot("""\
It stops:

> Then it is quiet. [1]

And also:

> It never stops. [1]

⚠ The sections below do not contain this quote: “It never stops.”

**Sources**

1. Guide / Stopping (`guide.md`, line 5)
2. Guide / Starting (`guide.md`, line 2)\
""")
    assert "The machine stops when" in fake_model.requests[1]["messages"][0]["content"]


async def test_tokens_and_model_are_on_the_spans_of_calls(
    docs: DocsClient, model: Model, fake_model: FakeModel, captured_spans: SpanRecorder
) -> None:
    fake_model.replies = ["no plan at all", "Press red."]

    await ask(Agent(docs, model), "How do I stop the machine?")

    calls = [record for record in captured_spans.records if record.kind == "llm"]
    assert [(r.model, r.provider, r.input_tokens, r.output_tokens) for r in calls] == snapshot(
        [("tiny-2026", "openai", 100, 4), ("tiny-2026", "openai", 100, 2)]
    )
    assert [record.output for record in calls] == ["no plan at all", "Press red."]


async def test_a_model_that_refuses_is_told_in_words(docs: DocsClient, model: Model) -> None:
    with pytest.raises(ModelError, match=r"The model did not answer: .*out of words"):
        await ask(Agent(docs, model), "How do I stop the machine?")


async def test_a_folder_that_is_missing_is_told_in_words(tmp_path: Path) -> None:
    docs = DocsClient(tmp_path / "nowhere")

    with pytest.raises(ToolCallError, match="There is no folder"):
        await docs.contents()

    await docs.close()


async def test_a_server_that_died_is_started_again(folder: Path) -> None:
    docs = DocsClient(folder)
    others = psutil.Process().children()
    assert (await docs.contents()).documents == 1
    (server,) = [child for child in psutil.Process().children() if child not in others]
    server.kill()
    server.wait()

    with pytest.raises(ToolCallError, match="went away"):
        await docs.search("button")
    assert await docs.search("button")
    await docs.close()
