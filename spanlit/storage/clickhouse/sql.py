"""The texts of the queries, from `queries/*.sql`.

`$name` in a query stands for the column list `queries/columns/name.sql`, so that all queries
that return the same thing name the same columns.
"""

from functools import cache
from importlib.resources import files
from string import Template


@cache
def query(name: str) -> str:
    """Return the query of `queries/NAME.sql`, column lists filled in."""
    folder = files(__package__) / "queries"
    columns = {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8").strip()
        for file in (folder / "columns").iterdir()
    }
    # Twice, because a column list may contain another one.
    text = Template((folder / f"{name}.sql").read_text(encoding="utf-8")).substitute(columns)
    return Template(text).substitute(columns)
