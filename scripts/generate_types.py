"""Writes ui/src/api/schema.d.ts: the REST routes and the socket's models as TypeScript types.

python scripts/generate_types.py           write it
python scripts/generate_types.py --check   fail if it is stale
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from spanlit.server.app import App
from spanlit.server.live.schema import document

UI = Path(__file__).resolve().parent.parent / "ui"
TYPES = UI / "src" / "api" / "schema.d.ts"
GENERATOR = "node_modules/openapi-typescript/bin/cli.js"


def generate() -> str:
    """The types of the present models."""
    node = shutil.which("node")
    if node is None or not (UI / GENERATOR).is_file():
        sys.exit("openapi-typescript is not installed: run this through `make generate`.")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        source.write_text(json.dumps(document(App().api)), "utf-8")
        command = [node, GENERATOR, str(source), "--output", str(target)]
        result = subprocess.run(command, cwd=UI, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            sys.exit(f"openapi-typescript failed:\n{result.stdout}{result.stderr}")
        return target.read_text("utf-8")


def main() -> None:
    """Write the types, or tell whether those in the repository are stale."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    types = generate()
    if not check:
        TYPES.write_text(types, "utf-8")
    elif TYPES.read_text("utf-8") != types:
        sys.exit(f"{TYPES.relative_to(UI.parent)} is stale: run `make generate` and commit it.")


if __name__ == "__main__":
    main()
