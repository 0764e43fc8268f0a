"""When the UI is built, with what, and what people read when it cannot be."""

import json
from pathlib import Path

import pytest

import hatch_build

LOCK = {
    "packages": {
        "": {"name": "ui"},
        "node_modules/vite": {"version": "8.0.0"},
        "node_modules/vitest": {"version": "4.0.0", "dev": True},
        "node_modules/@esbuild/aix": {"version": "1.0.0", "optional": True},
    }
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SPANLIT_BUILD_UI", raising=False)
    ui = tmp_path / "ui"
    (ui / "src").mkdir(parents=True)
    (ui / "package.json").write_text("{}")
    (ui / "package-lock.json").write_text(json.dumps(LOCK))
    (ui / "src" / "main.tsx").write_text("one\ntwo\n")
    return tmp_path


def stamp(root: Path) -> None:
    (root / hatch_build.STATIC).mkdir(parents=True)
    (root / hatch_build.STAMP).write_text(hatch_build.digest(root / "ui"))


def test_changed_source_makes_the_built_ui_stale(root: Path) -> None:
    assert not hatch_build.is_fresh(root)
    stamp(root)
    assert hatch_build.is_fresh(root)
    (root / "ui" / "src" / "main.tsx").write_text("three\n")
    assert not hatch_build.is_fresh(root)


def test_line_endings_tests_and_hidden_files_do_not(root: Path) -> None:
    stamp(root)
    source = root / "ui" / "src"
    (source / "main.tsx").write_bytes(b"one\r\ntwo\r\n")
    (source / "main.test.tsx").write_text("test")
    (source / ".DS_Store").write_text("")
    assert hatch_build.is_fresh(root)


def test_moved_content_does(root: Path) -> None:
    """The digest separates names and contents."""
    stamp(root)
    (root / "ui" / "src" / "main.tsx").rename(root / "ui" / "src" / "other.tsx")
    assert not hatch_build.is_fresh(root)


def test_ui_is_taken_as_it_is_when_told_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLIT_BUILD_UI", "skip")
    assert hatch_build.is_fresh(root)


def test_packages_count_as_installed_by_scope(root: Path) -> None:
    ui = root / "ui"
    assert not hatch_build.are_packages_installed(ui, dev=False)
    (ui / "node_modules").mkdir()
    present = {"packages": {"node_modules/vite": {"version": "8.0.0"}}}
    (ui / "node_modules" / ".package-lock.json").write_text(json.dumps(present))
    assert hatch_build.are_packages_installed(ui, dev=False)
    assert not hatch_build.are_packages_installed(ui, dev=True)
    present["packages"]["node_modules/vite"]["version"] = "7.0.0"
    (ui / "node_modules" / ".package-lock.json").write_text(json.dumps(present))
    assert not hatch_build.are_packages_installed(ui, dev=False)


def test_node_that_is_too_old_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("node", "npm"):
        (tmp_path / program).write_text("#!/bin/sh\necho v18.19.0\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hatch_build.node_on_path() is None


def test_missing_node_is_explained(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(hatch_build, "node_from_pypi", lambda: None)
    with pytest.raises(SystemExit, match=r"(?s)needs Node\.js >= 20\.19.*SPANLIT_BUILD_UI=skip"):
        hatch_build.build(root)


def test_failing_command_is_named_with_a_cure(root: Path) -> None:
    with pytest.raises(SystemExit, match=r"`npm ci` in .* exit code 3.*\n.*Check the network"):
        hatch_build.run("npm ci", ["sh", "-c", "exit 3"], root, {}, "Check the network.")


@pytest.mark.parametrize("name", ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PIP_CERT"])
def test_node_is_told_of_the_certificates_of_python(name: str) -> None:
    assert hatch_build.certificates({name: "/ca.pem", "PIP_CERT": "/ca.pem"}) == "/ca.pem"
    assert hatch_build.certificates({}) == ""
