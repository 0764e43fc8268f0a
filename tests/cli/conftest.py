"""What the tests of the command share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ECHO = """\
import spanlit as cl


@cl.on_message
async def echo(message: cl.Message) -> None:
    await cl.Message(message.content).send()
"""

Spanlit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the person who runs the tests do not count."""
    for name in os.environ:
        if name.startswith("SPANLIT_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="package")
def _ctrl_c_works() -> None:
    """A shell starts background jobs with Ctrl-C ignored, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def echo_app(tmp_path: Path) -> Path:
    """An app that says what it is told."""
    path = tmp_path / "app.py"
    path.write_text(ECHO, "utf-8")
    return path


@pytest.fixture
def spanlit(tmp_path: Path) -> Spanlit:
    """Runs the command in `tmp_path` until it ends by itself."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "spanlit", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, **environment},
            timeout=30,
        )

    return run
