"""Data of the first released schema, read and changed by this version."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from spanlit.storage import Batch, Store, open_store
from spanlit.storage.clickhouse import migrate
from spanlit.storage.clickhouse.cluster import render
from spanlit.storage.clickhouse.migrate import read_migrations
from spanlit.storage.clickhouse.store import ClickHouseStore
from tests.storage.support import (
    CORRECTED_VERSION,
    PROJECT,
    START_NS,
    TRACE,
    ask,
    dump,
    element,
    ended_span,
    scan_all,
    score,
    span_id,
    thread,
    user,
)

RELEASED = 2
AT = f"fromUnixTimestamp64Nano({START_NS}, 'UTC')"
# As the first version wrote them; only what has no default.
ROWS = {
    "spans": [
        (
            f"(project, trace_id, span_id, is_root, name, kind, start_time, duration_ns, ended, version,"
            f" status, thread_id, user_id, input, output, attributes, attributes_num, attributes_json)"
            f" VALUES ('{PROJECT}', '{TRACE}', '{span_id(1)}', 1, 'old', 'turn', {AT}, 5, 1,"
            f" 2000000000, 'ok', 'thread-1', 'user-1', 'question', 'answer', {{'a': 'text'}},"
            f" {{'n': 7}}, '{{\"n\":7}}')"
        )
    ],
    "threads": [
        (
            f"(project, thread_id, user_id, name, tags, metadata, created_at, updated_at)"
            f" VALUES ('{PROJECT}', 'thread-1', 'user-1', 'About thread-1', [], '{{}}', {AT}, {AT})"
        )
    ],
    "users": [
        (
            f"(project, user_id, identifier, metadata, created_at, updated_at)"
            f" VALUES ('{PROJECT}', 'user-1', 'ada@example.org', '', {AT}, {AT})"
        )
    ],
    "elements": [
        (
            f"(project, thread_id, element_id, trace_id, span_id, type, name, props, created_at,"
            f" updated_at) VALUES ('{PROJECT}', 'thread-1', 'element-1', '{TRACE}', '{span_id(1)}',"
            f" 'image', 'chart.png', '{{}}', {AT}, {AT})"
        )
    ],
    "scores": [
        f"(project, trace_id, span_id, user_id, name, thread_id, source, value, label, metadata,"
        f" created_at, updated_at) VALUES"
        f" ('{PROJECT}', '{TRACE}', '{span_id(1)}', 'user-1', '{name}', 'thread-1', 'user', {value},"
        f" '{label}', '', {AT}, {AT})"
        for name, value, label in [("helpful", 1, ""), ("topic", "NULL", "billing")]
    ],
}


@pytest.fixture
async def upgraded(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Store]:
    """A store of this version in a database that the first one made and filled."""
    released = read_migrations()[:RELEASED]
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "read_migrations", lambda: released)
        await _fill(store_url, tmp_path)
    store = open_store(store_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


async def _fill(url: str, tmp_path: Path) -> None:
    store = open_store(url, data_dir=tmp_path)
    assert isinstance(store, ClickHouseStore)
    await store.open()
    for table, inserts in ROWS.items():
        for values in inserts:
            await run(store, f"INSERT INTO {table} {values}")
    await store.close()


async def run(store: Store, statement: str) -> None:
    assert isinstance(store, ClickHouseStore)
    await store._connection.call(lambda client: client.command(statement))


on_each_version = pytest.mark.parametrize(
    "store_kind", ["clickhouse", "clickhouse24.8", "clickhouse26.3"], indirect=True
)
OLD_SPAN = ended_span(
    kind="turn",
    otel_kind="",
    name="old",
    start_time_ns=START_NS,
    end_time_ns=START_NS + 5,
    user_id="user-1",
    input="question",
    output="answer",
    attributes={"a": "text", "n": 7},
)
OLD_VOTE = score()
OLD_TOPIC = score(name="topic", type="category", value=None, label="billing")


@on_each_version
async def test_old_rows_are_read_and_changed(upgraded: Store) -> None:
    assert await upgraded.trace(PROJECT, TRACE) == [OLD_SPAN]
    assert await upgraded.thread(PROJECT, "thread-1") == thread()
    assert await upgraded.user(PROJECT, "user-1") == user()
    assert await upgraded.elements(PROJECT, "thread-1") == [element()]
    assert await upgraded.scores(PROJECT, trace_id=TRACE) == [OLD_VOTE, OLD_TOPIC]
    assert await scan_all(upgraded, "scores") == [OLD_VOTE, OLD_TOPIC]
    assert await upgraded.actions(PROJECT, "thread-1") == []
    findings = await upgraded.housekeeping.check()
    assert [finding for finding in findings if finding.level == "error"] == []

    again = replace(OLD_VOTE, value=0.0, reasons=("incorrect",), updated_at_ns=START_NS + 1)
    taken_back = replace(OLD_TOPIC, removed=True, updated_at_ns=START_NS + 1)
    on_thread = score(trace_id="", span_id="")
    corrected = replace(OLD_SPAN, version=CORRECTED_VERSION, output="better")
    await upgraded.write(
        Batch("b", spans=[corrected], scores=[again, taken_back, on_thread], asks=[ask()])
    )
    for _ in range(2):
        assert await upgraded.trace(PROJECT, TRACE) == [corrected]
        assert await upgraded.scores(PROJECT, thread_id="thread-1") == [on_thread, again]
        assert await upgraded.asks(PROJECT, "thread-1") == [ask()]
        await run(upgraded, "OPTIMIZE TABLE scores FINAL")  # merges make the same of them
        await run(upgraded, "OPTIMIZE TABLE spans FINAL")
    deleted = await upgraded.housekeeping.delete_user(PROJECT, "user-1")
    assert deleted.rows == {
        **dict.fromkeys(("spans", "threads", "elements", "asks", "users"), 1),
        "scores": 2,
    }
    assert await dump(upgraded) == {}


@on_each_version
async def test_statements_can_be_repeated(upgraded: Store) -> None:
    await upgraded.write(Batch("b", scores=[replace(OLD_VOTE, updated_at_ns=START_NS + 1)]))
    for migration in read_migrations()[RELEASED:]:
        for statement in migration.statements:
            await run(upgraded, render(statement))
    assert len(await upgraded.scores(PROJECT, trace_id=TRACE)) == 2
