"""Load an app file: import it, so that its decorators register hooks on the app being loaded."""

import importlib.util
import itertools
import sys
import traceback
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING

from .errors import AppImportError, AppNotFoundError, AppSyntaxError, NoHooksError

if TYPE_CHECKING:
    from .app import App

ANSWERING = {"on_message", "on_chat_start"}
"""Hooks without which an app never says anything."""

_numbers = itertools.count(1)


def find(path: Path) -> Path:
    """The absolute path of the app file at `path`.

    Raises:
        AppNotFoundError: There is no Python file.
    """
    if path.is_dir():
        raise AppNotFoundError(f"{path} is a folder. Name the app file in it, for example app.py.")
    if not path.exists():
        raise AppNotFoundError(f"{path} does not exist. `spanlit init` writes a first app.py.")
    if path.suffix != ".py":
        raise AppNotFoundError(f"{path} is not a Python file: its name must end in .py.")
    return path.resolve()


def load(path: Path, app: "App") -> ModuleType:
    """Import the app file at `path` and register its hooks on `app`.

    The folder of the file goes to the front of `sys.path`, so that the app can import its own
    modules. Each load gets a module name of its own: two apps called app.py do not meet.

    Args:
        path: A Python file.
        app: What the module-level decorators register on.

    Raises:
        LoadError: The file is missing, is not Python, raises, or registers nothing.
    """
    path = find(path)
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    name = f"spanlit_app_{next(_numbers)}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with app.loading():
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _import_failure(error, path) from error
    if not ANSWERING & set(app.hooks):
        raise NoHooksError(
            f"{path} registers no hook that could answer. Decorate a function with "
            f"@spanlit.on_message."
        )
    return module


def _import_failure(error: BaseException, path: Path) -> AppSyntaxError | AppImportError:
    if isinstance(error, SyntaxError):
        return AppSyntaxError(_syntax(error, path))
    frames = "".join(traceback.format_list(_own_frames(error.__traceback__, path.parent)))
    reason = "".join(traceback.format_exception_only(error)).strip()
    return AppImportError(f"{path} failed while it was imported: {reason}\n{frames.rstrip()}")


def _syntax(error: SyntaxError, path: Path) -> str:
    where = f"{error.filename or path}:{error.lineno or 1}: {error.msg}"
    if error.text is None:
        return where
    line = error.text.rstrip()
    column = max((error.offset or 1) - 1, 0)
    return f"{where}\n    {line}\n    {' ' * column}^"


def _own_frames(start: TracebackType | None, folder: Path) -> list[traceback.FrameSummary]:
    """The frames of the app's own code; those of Python's import and of libraries only confuse."""
    frames = traceback.extract_tb(start)
    own = [frame for frame in frames if _is_own(Path(frame.filename), folder)]
    return own or frames[-1:]


def _is_own(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and "site-packages" not in file.parts
