"""Installs old ClickHouse engines for the tests: old chDB wheels, one folder each.

    python scripts/old_engines.py

They go into `.venv/old-engines/<version of ClickHouse>`, once: 200 MB to download and 1.1 GB on
disk. The tests that need them are skipped where they are not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv" / "old-engines"
WHEELS = {
    # The oldest that has connections, and the same engine as chDB 2.1.1.
    "24.8": "chdb==3.0.1",
    "26.3": "chdb-core==26.3.0",
}
"""Version of ClickHouse -> what PyPI calls the wheel that has it."""


def installed(version: str) -> Path | None:
    """The folder of an engine, or None if it is not installed."""
    folder = FOLDER / version
    return folder if (folder / "chdb").is_dir() else None


def install(version: str) -> None:
    """Download an engine; nothing half done is left behind."""
    print(f"Installing ClickHouse {version} ({WHEELS[version]}, about 120 MB) …", flush=True)
    unfinished = FOLDER / f"{version}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        sys.exit("Installing old engines failed: there is no uv; run make test, which installs it.")
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
    command += ["--target", str(unfinished), WHEELS[version]]
    if subprocess.run(command, check=False).returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        sys.exit(
            f"Installing ClickHouse {version} for the tests failed; uv's own words are above. It "
            "comes from PyPI: check the network, HTTPS_PROXY for a proxy and SSL_CERT_FILE for an "
            "own CA, then try again."
        )
    unfinished.rename(FOLDER / version)


def main() -> None:
    """Install what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for version in WHEELS:
        if installed(version) is None:
            install(version)


if __name__ == "__main__":
    main()
