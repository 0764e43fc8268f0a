"""The texts of the queries, from `queries/*.sql`.

`{name}` in a query is a parameter, and `$name` stands for the column list
`queries/columns/name.sql`, so that all queries that return the same thing name the same columns.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from .columns import fit_text

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with numbered parameters."""

    text: str
    parameters: tuple[str, ...]
    """Names of `$1`, `$2` and so on."""

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the numbers; texts as they would be stored."""
        found = [values[name] for name in self.parameters]
        return [fit_text(value) if isinstance(value, str) else value for value in found]


def numbered(sql: str) -> Query:
    """Make a query of a text with `{name}` as parameters."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
    text = _PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", sql)
    return Query(text, names)


@cache
def query(name: str) -> Query:
    """Return the query of `queries/NAME.sql`, column lists filled in."""
    folder = files(__package__) / "queries"
    return numbered(filled((folder / f"{name}.sql").read_text(encoding="utf-8")))


def filled(sql: str) -> str:
    """Return a text with column lists for `$name`."""
    columns = _column_lists()
    # Twice, because a column list may contain another one.
    return Template(Template(sql).substitute(columns)).substitute(columns)


@cache
def _column_lists() -> dict[str, str]:
    folder = files(__package__) / "queries" / "columns"
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8").strip()
        for file in folder.iterdir()
    }
