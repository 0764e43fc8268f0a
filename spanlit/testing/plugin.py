"""Fixtures for pytest; loaded in every run where Spanlit is installed.

Name the app in the configuration of pytest (`spanlit_app = "app.py"`), or override the fixture
`spanlit_app`. Everything else is imported when a fixture is used, so other projects' runs are
not slowed down.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spanlit.server.config import Config

    from . import AppServer, BlockingChatClient, SpanRecorder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option `spanlit_app`."""
    parser.addini("spanlit_app", "App file that the fixtures serve.", default="app.py")


@pytest.fixture
def spanlit_app(pytestconfig: pytest.Config) -> Path:
    """The app file under test. Override it to test another one."""
    return pytestconfig.rootpath / str(pytestconfig.getini("spanlit_app"))


@pytest.fixture
def spanlit_config(tmp_path: Path) -> "Config":
    """The configuration under test: everything in memory, nothing of spanlit.toml."""
    from spanlit.server.config import Config, StorageConfig

    return Config(storage=StorageConfig(url="memory:", data_dir=tmp_path / "data"))


@pytest.fixture
def spanlit_server(spanlit_app: Path, spanlit_config: "Config") -> "Iterator[AppServer]":
    """The app, served on a free port in this process; `.url` says where."""
    from .server import AppServer

    with AppServer.of_file(spanlit_app, spanlit_config) as server:
        yield server


@pytest.fixture
def chat(spanlit_server: "AppServer") -> "Iterator[BlockingChatClient]":
    """A person at a new thread of the app: `chat.send("Hello").text`."""
    from .blocking import BlockingChatClient

    with BlockingChatClient(spanlit_server.url) as client:
        yield client


@pytest.fixture
def captured_spans() -> "Iterator[SpanRecorder]":
    """The spans of the test, with ids and times that are the same in every run."""
    from .recorder import SpanRecorder

    with SpanRecorder() as recorder:
        yield recorder
