"""What users import: complete, documented, and quick to get."""

import importlib
import inspect
import subprocess
import sys
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

PUBLIC = ["spanlit", "spanlit.tracing", "spanlit.storage", "spanlit.testing"]
HEAVY = ("fastapi", "pydantic", "socketio", "opentelemetry.sdk", "clickhouse_connect", "mcp")
IMPORT_BUDGET_S = 0.3


@pytest.fixture(params=PUBLIC)
def package(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_every_public_name_can_be_had(package: ModuleType) -> None:
    missing = [name for name in package.__all__ if not hasattr(package, name)]
    assert not missing


def test_dir_offers_every_public_name(package: ModuleType) -> None:
    """Completion in shells and notebooks reads `dir()`, also where names are lazy."""
    assert set(package.__all__) <= set(dir(package))


def test_no_name_is_public_twice(package: ModuleType) -> None:
    assert len(package.__all__) == len(set(package.__all__))


def test_every_public_name_is_documented(package: ModuleType) -> None:
    assert package.__doc__
    assert not [name for name, value in documentable(package) if not inspect.getdoc(value)]


def documentable(package: ModuleType) -> Iterator[tuple[str, object]]:
    """Public functions and classes with their public methods, inherited texts included."""
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isroutine(value):
            yield name, value
        elif inspect.isclass(value):
            yield name, value
            for member, attribute in vars(value).items():
                if inspect.isfunction(attribute) and not member.startswith("_"):
                    yield f"{name}.{member}", getattr(value, member)


def test_importing_spanlit_loads_nothing_heavy() -> None:
    code = f"import spanlit, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_importing_spanlit_is_quick() -> None:
    """The best of five, less the start of Python: other work on the machine only adds to both."""

    def best(code: str) -> float:
        def once() -> float:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            return time.perf_counter() - start

        return min(once() for _ in range(5))

    assert best("import spanlit") - best("pass") < IMPORT_BUDGET_S
