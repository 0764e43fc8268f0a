"""The demo as people meet it: the app, served, and a chat with it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from spanlit.server.config import Config
from spanlit.testing import AppServer, BlockingChatClient
from tests.examples.docs_assistant.fake_model import FakeModel, serving

APP = Path(__file__).parents[3] / "examples" / "docs_assistant" / "app.py"

Visit = Callable[[Path], BlockingChatClient]


@pytest.fixture
def visit(spanlit_config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Serve the demo over a folder of documents and open a chat."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with ExitStack() as stack:

        def open_chat(folder: Path) -> BlockingChatClient:
            monkeypatch.setenv("SPANLIT_HELLO_DOCS", str(folder))
            server = stack.enter_context(AppServer.of_file(APP, spanlit_config))
            return stack.enter_context(BlockingChatClient(server.url))

        yield open_chat


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "machine.md").write_text(
        "# The machine\n\n## Stopping\nThe machine stops when you press the red button.\n\n"
        "## Testing it\nIn a test, press the red button twice.\n"
    )
    return folder


def first_message(chat: BlockingChatClient) -> str:
    messages = chat.wait_for(
        lambda state: state.messages if state.messages and state.messages[0].end_us else None
    )
    return messages[0].text


def test_it_greets_with_what_it_knows(visit: Visit, folder: Path) -> None:
    text = first_message(visit(folder))

    assert "I have read **1 document** with 2 sections." in text
    assert "- What is The machine?" in text


def test_it_answers_with_quotes_and_a_trace(visit: Visit, folder: Path) -> None:
    answer = visit(folder).send("How do I stop the machine?")

    assert answer.turn.status == "ok"
    assert "> The machine stops when you press the red button. [1]" in answer.text
    assert "1. The machine / Stopping (`machine.md`, line 3)" in answer.text
    assert "tool read_section (error)" in answer.trace.outline()
    depth = max(line.index(line.strip()) // 2 for line in answer.trace.outline().splitlines())
    assert depth >= 4


def test_a_follow_up_is_understood(visit: Visit, folder: Path) -> None:
    chat = visit(folder)
    chat.send("How do I press the red button?")

    answer = chat.send("And how do I test that?")

    assert "In a test, press the red button twice." in answer.text


@pytest.mark.parametrize("exists", [False, True], ids=["missing", "empty"])
def test_a_folder_without_documents_is_told_in_the_chat(
    visit: Visit, tmp_path: Path, *, exists: bool
) -> None:
    folder = tmp_path / "nothing"
    if exists:
        folder.mkdir()
    chat = visit(folder)

    greeting = first_message(chat)
    answer = chat.send("Hello?")

    for text in (greeting, answer.text):
        assert str(folder) in text
        assert "spanlit hello --docs PATH" in text
    assert answer.messages[0].is_error


def test_a_model_answers_where_one_is_configured(
    visit: Visit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(FakeModel(["no plan", "Press the **red** button."])) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        chat = visit(folder)
        greeting = first_message(chat)
        answer = chat.send("How do I stop the machine?")

    assert f"A model at {server.base_url}/ writes the answers" in greeting
    assert answer.text.startswith("Press the **red** button.")
    assert (answer.turn.input_tokens, answer.turn.output_tokens) == (200, 6)


def test_a_model_without_its_package_is_told(
    visit: Visit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.delitem(sys.modules, "model", raising=False)
    chat = visit(folder)

    assert 'pip install "spanlit[openai]"' in first_message(chat)
    assert "red button" in chat.send("How do I stop the machine?").text
