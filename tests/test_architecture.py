"""Rules about the source that no linter knows; one-way imports of Python are import-linter's."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
GENERATED = {ROOT / "ui/src/api/schema.d.ts"}
LONGEST = 600
"""Lines of a module. One idea per file: most stay below 400, none grows beyond this."""

SOURCES = sorted(
    path
    for folder in ("spanlit", "tests", "examples", "scripts", "ui/src", "ui/tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".ts", ".tsx", ".sql"} and "static" not in path.parts
)


def test_no_module_outgrows_one_idea() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if path not in GENERATED and (lines := path.read_text("utf-8").count("\n")) > LONGEST
    }
    assert not too_long, f"split these by idea (more than {LONGEST} lines): {too_long}"


def test_the_trace_knows_nothing_of_the_chat() -> None:
    """It is to be usable alone, in the explorer and by others."""
    imported = re.compile(r"""from ["']([^"']*/(chat|app)(/[^"']*)?)["']""")
    broken = {
        f"{path.relative_to(ROOT)}: {match[1]}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "ui/src/trace")
        for match in imported.finditer(path.read_text("utf-8"))
    }
    assert not broken
