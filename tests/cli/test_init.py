"""`spanlit init` and the small print of the command."""

import re
from pathlib import Path

from tests.cli.conftest import Spanlit


def test_init_writes_a_configuration_and_an_app(spanlit: Spanlit, tmp_path: Path) -> None:
    result = spanlit("init")

    assert result.returncode == 0
    assert result.stdout == "spanlit.toml was written.\napp.py was written.\n"
    assert "@cl.on_message" in (tmp_path / "app.py").read_text()
    assert "# port = 8000" in (tmp_path / "spanlit.toml").read_text()


def test_init_never_overwrites(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("mine")

    result = spanlit("init")

    assert "app.py is there already and was left alone." in result.stdout
    assert (tmp_path / "app.py").read_text() == "mine"
    assert (tmp_path / "spanlit.toml").exists()


def test_version(spanlit: Spanlit) -> None:
    import spanlit as package

    assert spanlit("--version").stdout == f"spanlit {package.__version__}\n"


def test_help_imports_no_server(spanlit: Spanlit) -> None:
    result = spanlit("--help", PYTHONPROFILEIMPORTTIME="1")

    assert re.search(r"run +Serve a chat app\.", result.stdout)
    for heavy in ("fastapi", "pydantic", "socketio", "uvicorn", "opentelemetry.sdk"):
        assert f" {heavy}\n" not in result.stderr
