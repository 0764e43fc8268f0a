"""Everything in the docs that a reader may copy works: Python, commands, configuration.

Python blocks that register a hook are loaded as apps and get a message; blocks with `test_`
functions are run by pytest; others run as scripts. ```` ```python fragment ```` is only compiled.
"""

import ast
import json
import re
import shlex
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

import spanlit
from spanlit.server.cli import main
from spanlit.server.config import Config, StorageConfig
from spanlit.server.config_errors import Schema
from spanlit.server.config_scores import ScoreDeclaration
from spanlit.testing import AppServer, ChatClient

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "shell", "console"}
HOOK = re.compile(r"^@\w+\.on_(message|chat_start)\b", re.MULTILINE)
TEST = re.compile(r"^ *(async )?def test_", re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)")
SECTIONS = Schema(Config).sections
VARIABLE = re.compile(r"\bSPANLIT_([A-Z]+)__([A-Z_]+)\b")


@dataclass(frozen=True)
class Block:
    """A fenced block of code of a page."""

    page: Path
    line: int
    language: str
    info: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(
            page=page,
            line=text.count("\n", 0, match.start()) + 1,
            language=match[2],
            info=match[3].strip(),
            code=textwrap.dedent(match[4]),
        )
        for match in FENCE.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PYTHON = [block for block in BLOCKS if block.language == "python"]
COMPLETE = [block for block in PYTHON if block.info != "fragment"]
TESTS = [block for block in COMPLETE if TEST.search(block.code)]
APPS = [block for block in COMPLETE if HOOK.search(block.code) and block not in TESTS]
SCRIPTS = [block for block in COMPLETE if block not in TESTS and block not in APPS]
COMMANDS = [
    (block, line.removeprefix("$ ").strip())
    for block in BLOCKS
    if block.language in SHELLS
    for line in block.code.splitlines()
]
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)


def write(block: Block, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("\n" * block.line + block.code, "utf-8")  # errors name the line of the page
    return path


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_compiles(block: Block) -> None:
    compile(block.code, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("block", APPS, ids=str)
async def test_app_answers(block: Block, tmp_path: Path) -> None:
    config = Config(storage=StorageConfig(url="memory:", data_dir=tmp_path))
    with AppServer.of_file(write(block, tmp_path, "app.py"), config) as server:
        async with ChatClient(server.url) as chat:
            answer = await chat.send("Hello")
    assert answer.turn.status == "ok"
    assert answer.text


@pytest.mark.parametrize("block", TESTS, ids=str)
def test_tests_pass(block: Block, tmp_path: Path) -> None:
    path = write(block, tmp_path, "test_of_the_docs.py")
    run(block, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path))


@pytest.mark.parametrize("block", SCRIPTS, ids=str)
def test_script_runs(block: Block, tmp_path: Path) -> None:
    run(block, str(write(block, tmp_path, "script.py")))


def run(block: Block, *arguments: str) -> None:
    answer = subprocess.run(
        [sys.executable, *arguments],
        cwd=Path(arguments[-1]).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{block}:\n{answer.stdout}\n{answer.stderr}"


@pytest.mark.parametrize(("block", "line"), COMMANDS, ids=str)
def test_command_exists(block: Block, line: str) -> None:
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words.pop(0)
    if words[:1] == ["make"]:
        assert_make_targets(words[1:])
    elif words and Path(words[0]).name == "spanlit":
        assert_spanlit_options(words[1:])


def assert_make_targets(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {word for word in words if "=" not in word} <= set(targets)


def assert_spanlit_options(words: list[str]) -> None:
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no `spanlit {words[0]}`"
        command = command.commands[words.pop(0)]
    context = click.Context(command)
    known = {option for param in command.get_params(context) for option in param.opts}
    given = {word.partition("=")[0] for word in words if word[0] == "-" != word}
    assert given <= known


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "toml"], ids=str)
def test_configuration_is_valid(block: Block, tmp_path: Path) -> None:
    Config.load(write(block, tmp_path, "spanlit.toml"))


@each_page
def test_variables_exist(page: Path) -> None:
    unknown = []
    for section, key in VARIABLE.findall(page.read_text("utf-8")):
        if key.lower() not in SECTIONS.get(section.lower(), ()):
            unknown.append(f"SPANLIT_{section}__{key}")
    assert not unknown


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    prose = FENCE.sub("", page.read_text("utf-8"))
    broken = [link for link in LINK.findall(prose) if not (page.parent / link).exists()]
    assert not broken


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    missing = []
    tables = {f"[{name}]": type(Config.model_fields[name].default) for name in SECTIONS}
    for section, model in (tables | {"[[scores]]": ScoreDeclaration}).items():
        table = page.partition(f"## {section}\n")[2].partition("\n## ")[0]
        for key, setting in model.model_fields.items():
            default = "" if setting.is_required() else json.dumps(setting.default, default=str)
            if f"| `{key}` | `{default}` |" not in table:
                missing.append(f"{section}.{key} = {default}")
    assert not missing


def test_every_public_name_is_documented() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    names = [name for name in spanlit.__all__ if not name.startswith("__")]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_every_metric_is_documented() -> None:
    metric = re.compile(r"\.create_(?:counter|gauge|histogram|up_down_counter)\(\s*\"([^\"]+)\"")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "spanlit").rglob("*.py"))
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    metrics = metric.findall(code)
    assert metrics
    assert [name for name in metrics if f"`{name}`" not in pages] == []
