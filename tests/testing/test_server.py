"""Servers for tests, in a thread and as a process."""

from pathlib import Path

import pytest

from spanlit.server.config import Config
from spanlit.server.errors import StartError
from spanlit.testing import AppProcess, AppServer, BlockingChatClient


def test_an_app_that_cannot_start_says_why(tmp_path: Path, spanlit_config: Config) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import spanlit as cl\n\n@cl.on_app_startup\ndef start():\n    raise ValueError('no key')\n"
        "\n@cl.on_message\ndef answer(): ...\n"
    )

    with (
        pytest.raises(StartError, match="on_app_startup failed: ValueError: no key"),
        AppServer.of_file(app, spanlit_config),
    ):
        pass


def test_two_apps_in_one_process_do_not_meet(tmp_path: Path) -> None:
    def serve(name: str) -> AppServer:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "app.py").write_text(
            f"import spanlit as cl\n\n@cl.on_message\nasync def answer():\n"
            f"    await cl.Message('{name}').send()\n"
        )
        storage = {"url": "memory:", "data_dir": folder / "data"}
        return AppServer.of_file(folder / "app.py", Config.model_validate({"storage": storage}))

    with serve("one") as one, serve("two") as two:
        for server, expected in ((one, "one"), (two, "two")):
            with BlockingChatClient(server.url) as chat:
                assert chat.send("?").text == expected


def test_a_process_that_was_killed_starts_again_at_its_place(spanlit_app: Path) -> None:
    with AppProcess(spanlit_app, environment={"SPANLIT_STORAGE__URL": "memory:"}) as server:
        url = server.url
        server.kill()
        server.start()

        assert server.url == url
        with BlockingChatClient(url) as chat:
            assert chat.send("hello").text == "HELLO"


def test_a_process_that_ends_shows_its_output(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = = 1")

    with (
        pytest.raises(RuntimeError, match=r"spanlit run ended with 1:\nspanlit: .*invalid syntax"),
        AppProcess(tmp_path / "app.py"),
    ):
        pass
