"""Statements for a cluster: what they become, and that ClickHouse understands each of them.

The contract's tests run on a cluster, too: `conftest.clickhouse_cluster`.
"""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from spanlit.storage import Batch, Store, open_store
from spanlit.storage.clickhouse.cluster import render, render_schema
from spanlit.storage.clickhouse.migrate import read_migrations
from spanlit.storage.clickhouse.store import ClickHouseStore
from tests.storage.engine_server import EngineServer
from tests.storage.support import PROJECT, TRACE, ended_span

QUERIES = files("spanlit.storage.clickhouse") / "queries"
CHANGES = [
    file.name
    for file in QUERIES.iterdir()
    if file.name.endswith(".sql") and "{on_cluster}" in file.read_text()
]
SCHEMA = [
    (migration.name, sql)
    for migration in read_migrations()
    for statement in migration.statements
    for sql in render_schema(statement, "main", "traces")
]


def test_small_tables_are_on_every_server() -> None:
    sql = "CREATE TABLE t {on_cluster} (a Int8) {engine:ReplacingMergeTree(v, d)} ORDER BY a"
    (replicated,) = render_schema(sql, "main")
    assert replicated == (
        "CREATE TABLE t ON CLUSTER 'main' (a Int8) ENGINE = ReplicatedReplacingMergeTree("
        "'/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', v, d) ORDER BY a"
    )
    assert render(sql) == "CREATE TABLE t  (a Int8) ENGINE = ReplacingMergeTree(v, d) ORDER BY a"


def test_spans_are_spread_over_the_shards_by_their_trace() -> None:
    sql = "CREATE TABLE IF NOT EXISTS spans {on_cluster} (a Int8) {engine:MergeTree()} ORDER BY a"
    local, distributed = render_schema(sql, "main", "traces")
    assert local == (
        "CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER 'main' (a Int8) ENGINE = "
        "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}') "
        "ORDER BY a"
    )
    assert distributed == (
        "CREATE TABLE IF NOT EXISTS spans ON CLUSTER 'main' AS spans_local ENGINE = "
        "Distributed('main', 'traces', 'spans_local', cityHash64(trace_id))"
    )


def test_a_new_column_is_added_to_both_tables_of_spans_and_an_index_to_one() -> None:
    column = "ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS a Int8"
    assert render_schema(column, "main") == [
        "ALTER TABLE spans_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS a Int8",
        "ALTER TABLE spans ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS a Int8",
    ]
    index = "ALTER TABLE spans {on_cluster} ADD INDEX IF NOT EXISTS i a TYPE minmax"
    assert len(render_schema(index, "main")) == 1


def test_rows_of_spans_are_changed_in_the_shards() -> None:
    sql = "DELETE FROM spans {on_cluster} WHERE a IN (SELECT a FROM spans)"
    assert render(sql, "main") == (
        "DELETE FROM spans_local ON CLUSTER 'main' WHERE a IN (SELECT a FROM spans)"
    )


async def explain(store: Store, sql: str) -> None:
    """Have ClickHouse parse a statement, as it is for a cluster: nothing is taken out of it."""
    assert isinstance(store, ClickHouseStore)
    await store._connection.read(lambda client: client.command(f"EXPLAIN AST {sql}"))


@pytest.mark.parametrize(("name", "sql"), SCHEMA)
async def test_clickhouse_understands_the_schema_of_a_cluster(
    clickhouse: Store, name: str, sql: str
) -> None:
    assert "ON CLUSTER 'main'" in sql
    await explain(clickhouse, sql)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("table", ["spans", "scores"])
async def test_clickhouse_understands_changes_in_a_cluster(
    clickhouse: Store, name: str, table: str
) -> None:
    text = (QUERIES / name).read_text().replace("$table", table)
    sql = re.sub(r"\$\w+|\{\w+:String\}", "'1'", render(text, "main"))
    assert "ON CLUSTER 'main'" in sql
    await explain(clickhouse, sql)


async def test_spans_go_through_the_distributed_table(
    clickhouse_cluster: EngineServer, tmp_path: Path
) -> None:
    store = open_store(clickhouse_cluster.url("spread", "&cluster=one"), data_dir=tmp_path)
    await store.open()
    assert isinstance(store, ClickHouseStore)
    batch = Batch("batch-1", spans=[ended_span(number) for number in range(10)])
    await store.write(batch)
    await store.write(batch)
    result = await store._connection.read(
        lambda client: client.query(
            "SELECT engine, (SELECT count() FROM spans_local) FROM system.tables "
            "WHERE database = 'spread' AND name = 'spans'"
        )
    )
    assert result.result_rows == [("Distributed", 10)]
    assert len(await store.trace(PROJECT, TRACE)) == 10
    await store.close()
