"""`spanlit run --watch`: the app follows its files."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from spanlit.testing import AppProcess, BlockingChatClient

APP = """\
import spanlit as cl
from words import WORD


@cl.on_message
async def answer(message: cl.Message) -> None:
    await cl.Message(WORD).send()
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app of two files that says what the second one tells it."""
    (tmp_path / "words.py").write_text("WORD = 'one'")
    path = tmp_path / "app.py"
    path.write_text(APP)
    return path


@pytest.fixture
def server(app: Path) -> Iterator[AppProcess]:
    environment = {"SPANLIT_STORAGE__URL": "memory:"}
    with AppProcess(app, options=["--watch"], environment=environment) as server:
        yield server


def said(server: AppProcess) -> str:
    with BlockingChatClient(server.url) as chat:
        return chat.send("?").text


def test_a_change_restarts_the_app_on_the_same_port(server: AppProcess, app: Path) -> None:
    assert said(server) == "one"

    app.with_name("words.py").write_text("WORD = 'two'")

    server.wait_for_output(r"words\.py changed: starting again\.")
    server.wait_for_output(f"Your app is available at {server.url}")
    assert said(server) == "two"


def test_other_files_do_not_restart_it(server: AppProcess, app: Path) -> None:
    app.with_name("notes.txt").write_text("x")
    app.with_name("other.py").write_text("")

    changed = server.wait_for_output(r"(.*) changed: starting again\.")

    assert changed[1] == "other.py"


def test_a_syntax_error_is_shown_and_mended(server: AppProcess, app: Path) -> None:
    """Requests that come meanwhile wait: the port stays open."""
    app.with_name("words.py").write_text("WORD = ")
    server.wait_for_output(r"words\.py:1: invalid syntax")
    server.wait_for_output("Waiting for a change …")

    app.with_name("words.py").write_text("WORD = 'three'")

    assert said(server) == "three"


def test_a_wrong_configuration_is_shown_and_mended(server: AppProcess, app: Path) -> None:
    configuration = app.with_name("spanlit.toml")
    configuration.write_text("[ui]\nnam = 1")
    server.wait_for_output(r"ui\.nam is not a setting")

    configuration.write_text("[ui]\nname = 'Ada'")

    assert said(server) == "one"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_signal_ends_both_processes(
    server: AppProcess, number: signal.Signals, code: int
) -> None:
    children = psutil.Process(server.pid).children()

    assert server.stop(number) == code
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_the_app_ends_with_a_supervisor_that_was_killed(server: AppProcess) -> None:
    children = psutil.Process(server.pid).children()

    server.kill()

    assert psutil.wait_procs(children, timeout=10)[1] == []
