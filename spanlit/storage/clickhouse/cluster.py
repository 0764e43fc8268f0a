"""What a statement becomes in a cluster.

Spans are spread over the shards by their trace id: each shard has its part in `spans_local`, and
`spans` is the `Distributed` table over them that is read from and inserted into. All versions of
all spans of a trace are in one shard, where they replace each other. All other tables are small,
and replicated to every server: they are joined with spans, and read with FINAL.

In statements `{on_cluster}` and `{engine:…}` are filled; a statement that changes `spans` says
`spans {on_cluster}`.
"""

import re
from typing import Final

SPANS: Final = "spans"
LOCAL_SPANS: Final = "spans_local"
SETTINGS: Final = {
    # An insert is acknowledged when the shards have the rows, not when this server has them.
    "distributed_foreground_insert": "1",
    # Subqueries are answered by the whole cluster, not by each shard for itself.
    "distributed_product_mode": "global",
}
"""Settings of every statement."""

_ENGINE = re.compile(r"\{engine:(\w+)\(([^{}]*)\)\}")
_SPANS = re.compile(rf"\b{SPANS} \{{on_cluster\}}")
_CREATE_SPANS = re.compile(rf"CREATE TABLE IF NOT EXISTS {SPANS} \{{on_cluster\}}")
_COLUMNS = re.compile(r"\b(ADD|DROP|MODIFY|RENAME|ALTER) COLUMN\b", re.IGNORECASE)


def render(sql: str, cluster: str = "") -> str:
    """Fill the placeholders of a statement, for one server or for a cluster."""
    if not cluster:
        plain = _ENGINE.sub(lambda match: f"ENGINE = {match[1]}({match[2]})", sql)
        return plain.replace("{on_cluster}", "")
    shards = _SPANS.search(sql) is not None
    sql = _SPANS.sub(f"{LOCAL_SPANS} {{on_cluster}}", sql)
    sql = _ENGINE.sub(lambda match: _replicated(match[1], match[2], shards=shards), sql)
    return sql.replace("{on_cluster}", f"ON CLUSTER '{cluster}'")


def render_schema(sql: str, cluster: str = "", database: str = "default") -> list[str]:
    """Do so with a statement of a migration, which may become two in a cluster.

    `spans` of `database` is made beside `spans_local`, and has the same columns.
    """
    statements = [render(sql, cluster)]
    if cluster and _CREATE_SPANS.search(sql):
        quoted = database.replace("\\", "\\\\").replace("'", "\\'")
        statements.append(
            f"CREATE TABLE IF NOT EXISTS {SPANS} ON CLUSTER '{cluster}' AS {LOCAL_SPANS} "
            f"ENGINE = Distributed('{cluster}', '{quoted}', '{LOCAL_SPANS}', cityHash64(trace_id))"
        )
    elif cluster and _SPANS.search(sql) and _COLUMNS.search(sql):
        statements.append(sql.replace("{on_cluster}", f"ON CLUSTER '{cluster}'"))
    return statements


def _replicated(engine: str, arguments: str, *, shards: bool) -> str:
    where = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
    if not shards:
        where = "'/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}'"
    return f"ENGINE = Replicated{engine}({where}{', ' + arguments if arguments else ''})"
