"""The fixtures in the pytest run of a user."""

import subprocess
import sys
from pathlib import Path

TEST = """\
def test_the_app(chat, captured_spans):
    assert chat.send("hello").text == "HELLO"
    assert "shout" in captured_spans.trace.names
"""


def pytest_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def test_an_app_is_tested_in_two_lines(spanlit_app: Path) -> None:
    folder = spanlit_app.parent
    (folder / "pytest.ini").write_text("[pytest]\nspanlit_app = shout.py\n")
    (folder / "test_app.py").write_text(TEST)

    result = pytest_run(folder)

    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


def test_the_fixtures_explain_themselves(tmp_path: Path) -> None:
    listed = pytest_run(tmp_path, "--fixtures").stdout

    for fixture in ("spanlit_app", "spanlit_config", "spanlit_server", "chat", "captured_spans"):
        assert f"\n{fixture} -- " in listed


def test_the_kit_needs_no_pytest_and_the_plugin_loads_nothing_else() -> None:
    code = (
        "import sys, spanlit.testing\n"
        "assert 'pytest' not in sys.modules\n"
        "spanlit.testing.ChatClient, spanlit.testing.SpanRecorder\n"
        "assert 'pytest' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = (
        "import sys, spanlit.testing.plugin\n"
        "assert not {'aiohttp', 'socketio', 'pydantic', 'opentelemetry'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
