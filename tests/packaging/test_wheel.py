"""What users install: a wheel from the sdist, in an empty environment, with no Node in sight."""

import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).with_name("uv")
LARGEST_WHEEL = 8_000_000
LARGEST_FOOTPRINT = 120_000_000
ANNOUNCED = re.compile(r"http://\S+")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def no_node(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose PATH has nothing on it."""
    empty = tmp_path_factory.mktemp("empty")
    ours = ("SPANLIT_", "OTEL_", "OPENAI_", "VIRTUAL_ENV", "PYTHON")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return kept | {"PATH": str(empty)}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory, no_node: dict[str, str]) -> Path:
    """The sdist, and the wheel that was built from it: the sdist brings the UI built."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [UV, "build", "--quiet", "--out-dir", folder, "--python", sys.executable, ROOT],
        env=no_node,
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A virtual environment with the wheel and its locked requirements, without extras."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    locked = folder / "constraints.txt"
    export = ["export", "--quiet", "--frozen", "--no-emit-project", "--no-hashes", "--all-groups"]
    subprocess.run([UV, *export, "--output-file", locked], cwd=ROOT, check=True)
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", folder, "--constraints", locked, wheel],
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def url(
    tmp_path_factory: pytest.TempPathFactory, environment: Path, no_node: dict[str, str]
) -> Iterator[str]:
    """Where `spanlit hello` of that environment answers."""
    process = subprocess.Popen(
        [environment / "bin" / "spanlit", "hello", "--port", "0", "--headless"],
        cwd=tmp_path_factory.mktemp("work"),
        env=no_node,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield announced_url(process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def announced_url(process: subprocess.Popen[str]) -> str:
    """The address that the server prints as soon as it answers."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := ANNOUNCED.search(line):
            return found[0]
    pytest.fail(f"`spanlit hello` ended without an address:\n{said}")


def fetch(url: str, path: str) -> bytes:
    with urllib.request.urlopen(f"{url}/{path}", timeout=20) as response:
        content: bytes = response.read()
    return content


def test_page_and_its_assets_are_served(url: str) -> None:
    page = fetch(url, "").decode()
    assets = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)
    assert assets, page
    for asset in assets:
        assert fetch(url, asset)


def test_configuration_is_served(url: str) -> None:
    assert json.loads(fetch(url, "api/config"))["version"]


def test_wheel_carries_the_demo_its_docs_types_and_licenses(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "spanlit/py.typed",
        "spanlit/examples/docs_assistant/app.py",
        "spanlit/server/static/index.html",
        "spanlit/server/static/third-party-licenses.md",
    } <= names
    assert any(re.fullmatch(r"spanlit/examples/docs/.+\.md", name) for name in names)
    assert any(re.fullmatch(r"spanlit-.+/licenses/LICENSE", name) for name in names)


def test_wheel_is_small_and_clean(wheel: Path) -> None:
    unwanted = re.compile(r"node_modules|__pycache__|\.map$|\.test\.|^tests/")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if unwanted.search(name)]
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_sdist_carries_the_sources_of_the_ui(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"ui/package-lock.json", "ui/src/main.tsx", "hatch_build.py"} <= names
    assert not [name for name in names if "node_modules" in name]


def test_footprint_without_extras(environment: Path) -> None:
    installed = sum(
        path.stat().st_size
        for path in (environment / "lib").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )
    assert installed < LARGEST_FOOTPRINT
