"""`spanlit hello`: the demo, on the documents of whoever runs it."""

from pathlib import Path

from spanlit.server.cli.demo import app_file
from spanlit.testing import AppProcess, BlockingChatClient
from tests.cli.conftest import Spanlit


def test_the_demo_answers_from_the_chosen_folder(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "moon.md").write_text("# Moon\n\nThe moon is made of green cheese, says Wallace.\n")
    environment = {"SPANLIT_STORAGE__URL": "memory:", "OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    options = ["--docs", str(docs)]

    with (
        AppProcess(None, folder=tmp_path, options=options, environment=environment) as server,
        BlockingChatClient(server.url) as chat,
    ):
        answer = chat.send("What is the moon made of?")

    assert "green cheese" in answer.text
    assert len(answer.trace.spans) > 4


def test_a_folder_of_documents_that_is_not_there(spanlit: Spanlit) -> None:
    result = spanlit("hello", "--docs", "nowhere")

    assert result.returncode == 2
    assert "Directory 'nowhere' does not exist" in result.stderr


def test_the_demo_is_in_the_checkout() -> None:
    assert app_file().is_file()
