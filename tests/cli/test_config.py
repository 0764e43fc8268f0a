"""The configuration: where values come from, and what is said about wrong ones."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanlit.server.cli.scaffold import default_toml
from spanlit.server.config import FILE_NAME, Config, ServerConfig
from spanlit.server.config_errors import Schema
from spanlit.server.errors import ConfigError
from spanlit.storage.retention import Periods


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes spanlit.toml and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / FILE_NAME
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("in_file", "in_environment", "in_flags", "port"),
    [
        (None, None, None, 8000),
        (1, None, None, 1),
        (None, 2, None, 2),
        (None, None, 3, 3),
        (1, 2, None, 2),
        (1, None, 3, 3),
        (None, 2, 3, 3),
        (1, 2, 3, 3),
    ],
)
def test_precedence_is_file_environment_flags(
    write: Any,
    monkeypatch: pytest.MonkeyPatch,
    in_file: int | None,
    in_environment: int | None,
    in_flags: int | None,
    port: int,
) -> None:
    path = write(f"[server]\nport = {in_file}" if in_file else "")
    if in_environment:
        monkeypatch.setenv("SPANLIT_SERVER__PORT", str(in_environment))

    config = Config.load(path, **({"server": {"port": in_flags}} if in_flags else {}))

    assert config.server.port == port


def test_sources_are_merged_key_by_key(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('[server]\nport = 1\nroot_path = "/file"\nhost = "::1"')
    monkeypatch.setenv("SPANLIT_SERVER__ROOT_PATH", "/environment/")

    server = Config.load(path, server={"port": 3}).server

    assert server == ServerConfig(host="::1", port=3, root_path="/environment")


def test_no_file_is_needed(tmp_path: Path) -> None:
    assert Config.load(tmp_path / FILE_NAME).server == ServerConfig()


def test_the_data_folder_is_relative_to_the_file(write: Any, tmp_path: Path) -> None:
    assert Config.load(write("")).storage.data_dir == tmp_path / ".spanlit"
    assert Config.load(write('[storage]\ndata_dir = "/d"')).storage.data_dir == Path("/d")


@pytest.mark.parametrize(
    "value", ["https://a.test, http://b.test:1", '["https://a.test","http://b.test:1"]']
)
def test_lists_in_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SPANLIT_SERVER__ALLOW_ORIGINS", value)

    assert Config.load().server.allow_origins == ("https://a.test", "http://b.test:1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nprot = 1", "server.prot is not a setting. Did you mean server.port? [server] has host, port,"),
        ("[sever]\nport = 1", "sever is not a setting. Did you mean server? The sections are [server], [ui],"),
        ("port = 1", "port is not a setting. Did you mean server.port? The sections are"),
        ("server = 1", "server is 1; accepted: a table with host, port,"),
        ("[server]\nport = 70000", "server.port is 70000; accepted: a whole number from 0 to 65535."),
        ("[server]\nhost = 5", "server.host is 5; accepted: a string."),
        ('[server]\nroot_path = "x"', 'server.root_path is "x"; accepted: a string, for example "", "/chat".'),
        ('[server]\nallow_origins = ["*"]', 'server.allow_origins is "*"; accepted: a list of strings, for example ["https://example.org"].'),
        ('[ui]\ntrace = "fancy"', 'ui.trace is "fancy"; accepted: "full", "strip", "tool_call", "hidden".'),
        ('[storage]\nfsync = "maybe"', 'storage.fsync is "maybe"; accepted: "never", "batch", "always".'),
        ('[storage]\nurl = "mysql://x"', 'storage.url is "mysql://x"; accepted: a string, for example "", "memory:", "chdb:",'),
        ('[storage]\nurl = "mysql://user:hunter2@host"', 'storage.url is "mysql://***@host"; accepted: a string'),
        ("[storage]\nspool_max_mb = 0", "storage.spool_max_mb is 0; accepted: a whole number of at least 1."),
        ("[storage]\nabandon_after_s = 0", "storage.abandon_after_s is 0; accepted: a number above 0."),
        ("[retention]\nprojects = 5", "retention.projects is 5; accepted: tables with bodies_days,"),
        ("[retention.projects.a]\nspan_days = 5", "retention.projects.a.span_days is not a setting. Did you mean spans_days? It has bodies_days,"),
        ("[retention.projects.a]\nspans_days = -5", "retention.projects.a.spans_days is -5; accepted: a whole number of at least 0."),
        ("[retention.projects]\na = 5", "retention.projects.a is 5; accepted: a table with bodies_days,"),
        ('[storage]\nurl = "postgresql//ada:hunter2@host/db"', 'storage.url is "***@host/db"; accepted'),
        ('[storage]\nurl = "mysql://ada:hun@hunter2@host"', 'storage.url is "mysql://***@host"; accepted'),
        ('[storage]\nurl = "clickhous://host/db?readonly_password=hunter2"', 'storage.url is "clickhous://host/db?readonly_password=***"; accepted'),
        ('[blobs]\nurl = "ftp://key:hunter2@host"', 'blobs.url is "ftp://***@host"; accepted: a string'),
        ("scores = 1", "[[scores]] is 1; accepted: tables with name, description, type,"),
        ("[[scores]]\nmin = 1", "[[scores]] number 1: name is missing; accepted: a string."),
        ('[[scores]]\nnam = "a"\nname = "a"', "[[scores]] number 1: nam is not a setting. Did you mean name? It has name, description,"),
        ('[[scores]]\nname = "a"\n[[scores]]\nname = "b"\ntype = "stars"', '[[scores]] number 2: type is "stars"; accepted: "number", "boolean", "category", "text".'),
        ('[[scores]]\nname = "a"\nmin = "x"', '[[scores]] number 1: min is "x"; accepted: a number.'),
        ('[[scores]]\nname = "a"\nmin = 2\nmax = 1', "[[scores]] number 1: min (2) is greater than max (1)."),
        ('[[scores]]\nname = "a"\n[[scores]]\nname = "a"', "[[scores]]: 'a' is declared twice."),
        ('[[scores]]\nname = "a"\nlabels = ["b"]', '[[scores]] number 1: labels belong to type = "category".'),
        ('[[scores]]\nname = "user-feedback"\ntype = "number"', '[[scores]] number 1: user-feedback is what the thumbs give: type must be "boolean".'),
    ],
)  # fmt: skip
def test_a_wrong_file_is_explained(write: Any, text: str, said: str) -> None:
    path = write(text)

    with pytest.raises(ConfigError) as caught:
        Config.load(path)

    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SPANLIT_SERVER__PORT", "x", 'SPANLIT_SERVER__PORT is "x"; accepted: a whole number from 0 to 65535.'),
        ("SPANLIT_SERVER__PROT", "1", "SPANLIT_SERVER__PROT is not a setting. Did you mean SPANLIT_SERVER__PORT?"),
        ("SPANLIT_SERVER_PORT", "1", "SPANLIT_SERVER_PORT is not a setting. Did you mean SPANLIT_SERVER__PORT?"),
        ("SPANLIT_SEVER__PORT", "1", "SPANLIT_SEVER__PORT is not a setting. Did you mean SPANLIT_SERVER__PORT?"),
        ("SPANLIT_SERVER", "{}", "SPANLIT_SERVER is not a setting."),
        ("SPANLIT_SCORES", "stars", "SPANLIT_SCORES, or a variable whose name begins with SPANLIT_SCORES__, is not valid JSON"),
        ("SPANLIT_RETENTION__PROJECTS", "x", "SPANLIT_RETENTION, or a variable whose name begins with SPANLIT_RETENTION__, is not"),
        ("SPANLIT_SERVER__ALLOW_ORIGINS", "[", 'SPANLIT_SERVER__ALLOW_ORIGINS is "["; accepted: a list of strings'),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_explained(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as caught:
        Config.load()

    assert str(caught.value).startswith(f"environment: {said}")


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLIT_HELLO_DOCS", "/docs")

    assert Config.load().server == ServerConfig()


def test_a_wrong_flag_is_explained() -> None:
    with pytest.raises(ConfigError, match=r'^command line: --root-path is "x"; accepted: '):
        Config.load(server={"root_path": "x"})


def test_every_problem_is_named(write: Any) -> None:
    path = write("[server]\nport = -1\n[ui]\nx = 1")

    with pytest.raises(ConfigError) as caught:
        Config.load(path)

    assert len(str(caught.value).splitlines()) == 2


def test_broken_toml_is_explained(write: Any) -> None:
    path = write("[server]\nport = = 1")

    with pytest.raises(ConfigError) as caught:
        Config.load(path)

    assert str(caught.value).startswith(f"{path} is not valid TOML: ")
    assert "line 2" in str(caught.value)


def test_who_changes_the_thumbs_keeps_the_rest(write: Any) -> None:
    path = write('[[scores]]\nname = "user-feedback"\ngood_reasons = ["Clear"]')

    (thumbs,) = Config.load(path).scores

    assert (thumbs.type, thumbs.ask, thumbs.good_reasons) == ("boolean", "user", ("Clear",))
    assert thumbs.reasons[0] == "Incorrect"


def test_the_configuration_cannot_be_changed() -> None:
    config = Config()

    with pytest.raises(ValidationError):
        config.server.port = 1  # type: ignore[misc]


def test_the_default_file_changes_nothing(write: Any) -> None:
    assert Config.load(write(default_toml())) == Config.load(write(""))


def test_the_default_file_shows_every_key_with_its_default(write: Any) -> None:
    """Uncommented, it still says what the model says: the two cannot drift."""
    empty = Config.load(write(""))
    lines = default_toml().splitlines()
    path = write("\n".join(line.removeprefix("# ") if " = " in line else line for line in lines))

    shown = tomllib.loads(path.read_text("utf-8"))

    assert {name: set(table) for name, table in shown.items()} == {
        name: set(keys) for name, keys in Schema(Config).sections.items()
    }
    assert Config.load(path) == empty


def test_a_project_keeps_what_it_says_and_else_what_all_keep(write: Any) -> None:
    path = write(
        "[retention]\nbodies_days = 30\nfiles_days = 90\n"
        "[retention.projects.support]\nbodies_days = 7\nfiles_days = 0"
    )
    retention = Config.load(path).retention
    assert retention.of("support") == Periods(bodies_days=7)
    assert retention.of("sales") == Periods(bodies_days=30, files_days=90)
