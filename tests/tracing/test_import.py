"""`spanlit.tracing` is light, and usable without the rest of Spanlit."""

import json
import subprocess
import sys

IMPORT = """
import json, sys
import spanlit.tracing
print(json.dumps(sorted(sys.modules)))
"""

EXPENSIVE = {
    "genai_prices",
    "grpc",
    "google.protobuf",
    "opentelemetry.exporter",
    "opentelemetry.instrumentation",
    "pydantic",
    "requests",
}


def test_importing_tracing_loads_nothing_expensive() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    modules = set(json.loads(done.stdout))
    assert not modules & EXPENSIVE
    ours = {name for name in modules if name.startswith("spanlit.")}
    assert all(name.startswith("spanlit.tracing") for name in ours)
