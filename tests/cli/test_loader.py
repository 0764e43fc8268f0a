"""App files: each one is a module of its own, and registers on its own app."""

import sys
from pathlib import Path

import pytest

from spanlit.server.app import App
from spanlit.server.errors import AppImportError, LoadError
from spanlit.server.loader import load
from tests.cli.conftest import ECHO


@pytest.fixture
def app() -> App:
    return App()


def test_hooks_are_registered_on_the_app_being_loaded(echo_app: Path, app: App) -> None:
    other = App()

    load(echo_app, app)

    assert set(app.hooks) == {"on_message"}
    assert set(other.hooks) == set()


def test_files_of_one_name_are_two_modules(tmp_path: Path, app: App) -> None:
    modules = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.py").write_text(f"PLACE = '{folder}'\n{ECHO}")
        modules.append(load(tmp_path / folder / "app.py", app))

    assert [module.PLACE for module in modules] == ["a", "b"]
    assert all(sys.modules[module.__name__] is module for module in modules)


def test_the_folder_of_an_app_can_be_imported_from(tmp_path: Path, app: App) -> None:
    (tmp_path / "app.py").write_text(f"import neighbour_of_app\n{ECHO}")
    (tmp_path / "neighbour_of_app.py").write_text("")

    load(tmp_path / "app.py", app)

    assert "neighbour_of_app" in sys.modules


def test_an_app_that_failed_leaves_nothing_behind(tmp_path: Path, app: App) -> None:
    (tmp_path / "app.py").write_text(f"{ECHO}\n1 / 0")
    before = set(sys.modules)

    with pytest.raises(AppImportError, match="ZeroDivisionError"):
        load(tmp_path / "app.py", app)

    assert set(app.hooks) == set()
    assert not any(name.startswith("spanlit_app") for name in set(sys.modules) - before)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = 1\0", b"\tx\n y"])
def test_files_that_are_no_text(tmp_path: Path, app: App, content: bytes) -> None:
    (tmp_path / "app.py").write_bytes(content)

    with pytest.raises(LoadError, match=str(tmp_path)):
        load(tmp_path / "app.py", app)
