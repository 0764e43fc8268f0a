"""The texts of the queries, from `queries/*.sql`.

`$name` in a query stands for the column list `queries/columns/name.sql`, so that all queries
that return the same thing name the same columns.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from .cluster import render
from .connection import Connection

Parameters = Mapping[str, Any]


@cache
def query(name: str) -> str:
    """Return the query of `queries/NAME.sql`, column lists filled in."""
    return Template(_text(name)).substitute(_column_lists())


def columns(name: str) -> str:
    """Return the column list `queries/columns/NAME.sql`."""
    return _column_lists()[name]


def statement(name: str, cluster: str = "", **parts: str) -> str:
    """Return the text of `queries/NAME.sql` with parts filled in.

    Args:
        name: Of the file.
        cluster: Fills `{on_cluster}`; empty for one server.
        parts: Values of its `$names`, such as tables and conditions. Nothing that people wrote:
            that belongs into parameters.
    """
    return render(Template(_text(name)).substitute(parts), cluster)


def system_table(name: str, cluster: str = "", *, every_replica: bool = True) -> str:
    """Return how a query names a table of `system`, of all servers of a cluster.

    Args:
        name: Of the table.
        cluster: Empty for one server.
        every_replica: Whether to ask all replicas of a shard, or one.
    """
    if not cluster:
        return f"system.{name}"
    function = "clusterAllReplicas" if every_replica else "cluster"
    return f"{function}('{cluster}', system.{name})"


@cache
def _text(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _column_lists() -> dict[str, str]:
    lists = {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8").strip()
        for file in (files(__package__) / "queries" / "columns").iterdir()
    }
    # A column list may contain another one.
    return {name: Template(text).substitute(lists) for name, text in lists.items()}


async def fetch(connection: Connection, sql: str, parameters: Parameters) -> list[dict[str, Any]]:
    """Run a query and return its rows by column name. Raises `StoreError`."""
    result = await connection.read(lambda client: client.query(sql, parameters=dict(parameters)))
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
