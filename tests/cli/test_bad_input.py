"""What people get to read when `spanlit run` cannot start: one sentence, exit code 1."""

import socket
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.conftest import ECHO, Spanlit


def refused(result: CompletedProcess[str]) -> str:
    """The sentence on stderr of a command that was refused."""
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("spanlit: ")
    return result.stderr.removeprefix("spanlit: ").rstrip()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != "__pycache__"}


def test_a_missing_app_file(spanlit: Spanlit, tmp_path: Path) -> None:
    said = refused(spanlit("run", "app.py", "--port", "0"))

    assert said == "app.py does not exist. `spanlit init` writes a first app.py."
    assert files(tmp_path) == set()


def test_a_folder_instead_of_an_app_file(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()

    said = refused(spanlit("run", "app", "--port", "0"))

    assert said == "app is a folder. Name the app file in it, for example app.py."


def test_a_file_that_is_not_python(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app.txt").write_text(ECHO)

    said = refused(spanlit("run", "app.txt", "--port", "0"))

    assert said == "app.txt is not a Python file: its name must end in .py."


def test_a_syntax_error(spanlit: Spanlit, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import spanlit\n\nprint('hello'\n")

    said = refused(spanlit("run", "app.py", "--port", "0"))

    assert said == f"{app}:3: '(' was never closed\n    print('hello'\n         ^"
    assert files(tmp_path) == {"app.py"}


def test_a_syntax_error_in_a_module_of_the_app(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import helper")
    (tmp_path / "helper.py").write_text("x = = 1")

    said = refused(spanlit("run", "app.py", "--port", "0"))

    assert said.startswith(f"{tmp_path / 'helper.py'}:1: invalid syntax\n    x = = 1\n")


def test_an_app_that_raises_shows_its_own_frames_only(spanlit: Spanlit, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import json\n\ndef read():\n    json.loads('{')\n\nread()\n")

    said = refused(spanlit("run", "app.py", "--port", "0"))

    assert said.splitlines()[0].startswith(
        f"{app} failed while it was imported: json.decoder.JSONDecodeError: "
    )
    assert f'File "{app}", line 6, in <module>' in said
    assert f'File "{app}", line 4, in read' in said
    assert "importlib" not in said
    assert "json/decoder.py" not in said


def test_an_app_that_exits(spanlit: Spanlit, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('no key')")

    assert "failed while it was imported: SystemExit: no key" in refused(
        spanlit("run", "app.py", "--port", "0")
    )


def test_an_app_without_hooks(spanlit: Spanlit, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import spanlit as cl\n\n@cl.on_stop\ndef stop(): ...\n")

    assert refused(spanlit("run", "app.py", "--port", "0")) == (
        f"{app} registers no hook that could answer. Decorate a function with @spanlit.on_message."
    )


def test_an_unknown_key(spanlit: Spanlit, echo_app: Path, tmp_path: Path) -> None:
    (tmp_path / "spanlit.toml").write_text("[server]\nprot = 1")

    said = refused(spanlit("run", "app.py"))

    assert said.startswith(
        f"{tmp_path / 'spanlit.toml'}: server.prot is not a setting. Did you mean server.port?"
    )
    assert files(tmp_path) == {"app.py", "spanlit.toml"}


def test_a_port_in_use(spanlit: Spanlit, tmp_path: Path) -> None:
    """Nothing is touched: not even the app file is looked at, which would fail here."""
    (tmp_path / "app.py").write_text("import pathlib; pathlib.Path('touched').touch()")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        said = refused(spanlit("run", "app.py", "--port", str(port)))

        assert said.startswith(f"The port {port} of 127.0.0.1 is in use, perhaps by another ")
        assert f"--port {port + 1}, or --port 0" in said
        assert files(tmp_path) == {"app.py"}
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_port_that_the_app_listens_at_already(spanlit: Spanlit, tmp_path: Path) -> None:
    """SO_REUSEADDR would let two sockets bind one port if the first did not listen at once."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]

        assert f"The port {port} " in refused(spanlit("run", "app.py", "--port", str(port)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_a_public_address_without_authentication(
    spanlit: Spanlit, echo_app: Path, host: str
) -> None:
    said = refused(spanlit("run", "app.py", "--port", "0", "--host", host))

    assert said.startswith(f"{host} can be reached by others, and nobody has to log in")
    assert "server.allow_public_without_auth = true" in said


def test_an_address_of_another_machine(spanlit: Spanlit, echo_app: Path) -> None:
    said = refused(
        spanlit(
            *("run", "app.py", "--host", "192.0.2.1", "--port", "0"),
            SPANLIT_SERVER__ALLOW_PUBLIC_WITHOUT_AUTH="true",
        )
    )

    assert said == "192.0.2.1 is not an address of this machine. Use 127.0.0.1."


def test_an_unknown_host(spanlit: Spanlit, echo_app: Path) -> None:
    said = refused(spanlit("run", "app.py", "--host", "nowhere.invalid", "--port", "0"))

    assert said.startswith("The host nowhere.invalid is not known: ")


@pytest.mark.parametrize("data_dir", ["app.py", "/dev/null/data"])
def test_a_data_folder_that_cannot_be_written(
    spanlit: Spanlit, echo_app: Path, tmp_path: Path, data_dir: str
) -> None:
    """Also for root, who may write everywhere, so permissions would not show it."""
    said = refused(spanlit("run", "app.py", "--port", "0", SPANLIT_STORAGE__DATA_DIR=data_dir))

    assert said.startswith(f"The data folder {tmp_path / data_dir} cannot be written: ")
    assert "storage.data_dir" in said
    assert echo_app.read_text() == ECHO


def test_a_bad_flag(spanlit: Spanlit) -> None:
    result = spanlit("run", "app.py", "--port", "70000")

    assert result.returncode == 2
    assert "Invalid value for '--port'" in result.stderr
