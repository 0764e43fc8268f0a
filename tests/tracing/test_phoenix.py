"""A turn as Arize Phoenix shows it. Runs with SPANLIT_TEST_PHOENIX=1.

Phoenix (about 600 MB) is installed from PyPI into its own environment in the user's cache; it
keeps its data in the test's folder and listens on loopback only.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from spanlit.tracing import Step, TurnScope, install, step, turn_span

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("SPANLIT_TEST_PHOENIX"), reason="SPANLIT_TEST_PHOENIX is not set"
    ),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

VERSION = "20.26.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "spanlit" / "phoenix"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.loads(response.read() or b"null")


def wait_until_up(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Phoenix has no other sign of life than that it answers."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"Phoenix does not answer at {url}:\n{log.read_text()}")


@pytest.fixture(scope="module")
def phoenix_command() -> Path:
    environment = CACHE / VERSION
    command = environment / "bin" / "phoenix"
    if not command.exists():
        if uv := shutil.which("uv"):
            subprocess.run([uv, "venv", "-q", "--clear", environment], check=True)
            install_command = [uv, "pip", "install", "-q", "-p", str(environment / "bin/python")]
        else:
            subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
            install_command = [str(environment / "bin/python"), "-m", "pip", "install", "-q"]
        subprocess.run([*install_command, f"arize-phoenix=={VERSION}"], check=True)
    return command


@pytest.fixture
def phoenix(phoenix_command: Path, tmp_path: Path) -> Iterator[str]:
    port, log = free_port(), tmp_path / "phoenix.log"
    environment = {
        **os.environ,
        "PHOENIX_WORKING_DIR": str(tmp_path / "data"),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [phoenix_command, "serve"], env=environment, stdout=output, stderr=output
        )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def spans_in(phoenix: str, count: int) -> dict[str, dict[str, Any]]:
    """The spans by name; Phoenix inserts them some time after it took them."""
    deadline = time.monotonic() + 30
    spans: list[dict[str, Any]] = []
    while len(spans) < count and time.monotonic() < deadline:
        spans = get(f"{phoenix}/v1/projects/default/spans?limit=100")["data"]
        time.sleep(0.1)
    return {span["name"]: span for span in spans}


@step(type="llm")
async def chat(question: str) -> Any:
    current = Step.current()
    assert current is not None
    current.set_attributes(
        {
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 10,
        }
    )
    yield "It is "
    yield "sunny."


async def test_a_turn_in_phoenix(phoenix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", phoenix)
    install()
    with turn_span("on_message", TurnScope(owner="app", thread_id="thread-1")) as turn:
        async with Step("assistant", type="agent") as agent:
            agent.input = "How is the weather?"
            with Step("weather", type="tool") as tool:
                tool.input = {"city": "Rome"}
                tool.output = {"sky": "clear"}
            agent.output = "".join([word async for word in chat("How is the weather?")])
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.shutdown()

    spans = spans_in(phoenix, 4)
    ids = {name: span["context"]["span_id"] for name, span in spans.items()}
    assert {span["context"]["trace_id"] for span in spans.values()} == {turn.trace_id}
    assert (ids["on_message"], ids["assistant"], ids["weather"]) == (turn.id, agent.id, tool.id)
    assert {name: span["parent_id"] for name, span in spans.items()} == {
        "on_message": None,
        "assistant": turn.id,
        "weather": agent.id,
        "chat": agent.id,
    }
    assert {name: span["span_kind"] for name, span in spans.items()} == {
        "on_message": "CHAIN",
        "assistant": "AGENT",
        "weather": "TOOL",
        "chat": "LLM",
    }
    bodies = {
        name: (span["attributes"].get("input.value"), span["attributes"].get("output.value"))
        for name, span in spans.items()
    }
    assert bodies == {
        "on_message": (None, None),
        "assistant": ("How is the weather?", "It is sunny."),
        "weather": ('{"city":"Rome"}', '{"sky":"clear"}'),
        "chat": ('{"question":"How is the weather?"}', "It is sunny."),
    }
    assert spans["chat"]["attributes"]["llm.token_count.prompt"] == 100
    (session,) = get(f"{phoenix}/v1/projects/default/sessions")["data"]
    assert session["session_id"] == "thread-1"
    assert [one["trace_id"] for one in session["traces"]] == [turn.trace_id]
