"""What only ClickHouse does: mutations, parts, and its own checks."""

import re
from contextlib import suppress
from typing import Any

import pytest

from spanlit.storage import Batch, Store, StoreRefused, StoreUnavailable
from spanlit.storage.clickhouse.mutations import Mutations
from spanlit.storage.clickhouse.sql import statement, system_table
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.store import Cutoffs
from tests.storage.support import (
    PROJECT,
    SECOND,
    START_NS,
    TRACE,
    element,
    ended_span,
    score,
    session,
    thread,
    user,
    write_spans,
)

SECRET = "Rumpelstilzchen"
WEEK_NS = 7 * 86_400 * SECOND


@pytest.fixture
async def store(clickhouse: Store) -> ClickHouseStore:
    assert isinstance(clickhouse, ClickHouseStore)
    return clickhouse


async def ask(store: ClickHouseStore, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    result = await store._connection.call(lambda client: client.query(sql, parameters=parameters))
    return [tuple(row) for row in result.result_rows]


async def run(store: ClickHouseStore, sql: str) -> None:
    await store._connection.call(lambda client: client.command(sql))


async def tables_with(store: ClickHouseStore, word: str) -> list[str]:
    """Names of the tables in which a row, of any version, has the word anywhere."""
    tables = await ask(
        store, "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    )
    found = []
    for (table,) in tables:
        sql = f"SELECT count() FROM {table} WHERE position(toString(tuple(*)), {{word:String}}) > 0"
        if (await ask(store, sql, word=word))[0][0]:
            found.append(table)
    return found


def secretive() -> Batch:
    said = {"said": SECRET}
    return Batch(
        "b",
        spans=[ended_span(kind="turn", input=f"I am {SECRET}", attributes={"a": SECRET})],
        threads=[thread(name=SECRET)],
        users=[user(metadata=said)],
        scores=[score(comment=SECRET)],
        sessions=[session(state=said)],
    )


async def test_no_version_of_any_row_has_the_secret_after_a_deletion(
    store: ClickHouseStore,
) -> None:
    await store.write(secretive())
    await write_spans(store, ended_span(version=2**40, input=SECRET), batch_id="newer")
    await store.write(Batch("renamed", threads=[thread(updated_at_ns=START_NS + 1)]))
    assert await tables_with(store, SECRET) == ["scores", "sessions", "spans", "threads", "users"]
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    assert await tables_with(store, SECRET) == ["users"]
    await store.housekeeping.delete_user(PROJECT, "user-1")
    assert await tables_with(store, SECRET) == []
    index = "if(is_root, lower(concat(input, ' ', output)), '')"
    words = f"SELECT count() FROM spans WHERE hasToken({index}, {{word:String}})"
    assert await ask(store, words, word=SECRET.lower()) == [(0,)]


async def test_what_an_interrupted_deletion_left_goes_when_it_is_tried_again(
    store: ClickHouseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failing = Mutations.start, ""

    async def fail(self: Mutations, name: str, parameters: Any, **parts: str) -> None:
        if parts.get("table") == failing:
            raise StoreUnavailable("away")
        await start(self, name, parameters, **parts)

    monkeypatch.setattr(Mutations, "start", fail)
    for number, table in enumerate(("elements", "sessions", "spans", "threads")):
        ids: dict[str, Any] = {"thread_id": f"t{number}", "user_id": f"u{number}"}
        rows = Batch(
            table,
            spans=[ended_span(kind="turn", input=SECRET, **ids)],
            threads=[thread(f"t{number}", user_id=f"u{number}", name=SECRET)],
            # Nothing but the thread says whose it is.
            elements=[element(thread_id=f"t{number}", trace_id="", span_id="", name=SECRET)],
        )
        await store.write(rows)
        await store.write(Batch(f"s{number}", sessions=[session(state={"a": SECRET}, **ids)]))
        failing = table
        with pytest.raises(StoreUnavailable):
            await store.housekeeping.delete_user(PROJECT, f"u{number}")
        failing = ""
        await store.housekeeping.delete_user(PROJECT, f"u{number}")
        assert await tables_with(store, SECRET) == []


async def test_bytes_leave_the_disk_when_old_rows_are_expired(store: ClickHouseStore) -> None:
    await store.write(secretive())
    await write_spans(store, ended_span(2, trace_id="f" * 32, thread_id=""), batch_id="other")
    await run(store, "OPTIMIZE TABLE spans FINAL")
    await store.housekeeping.delete_thread(PROJECT, "thread-1")
    masked = "SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND active AND table = 'spans'"
    assert await ask(store, masked) == [(2,)]
    await store.housekeeping.expire(PROJECT, Cutoffs())
    await Mutations(store._connection).wait()
    assert await ask(store, masked) == [(1,)]


async def test_whole_weeks_are_dropped_as_parts(store: ClickHouseStore) -> None:
    starts = [START_NS + n * WEEK_NS for n in range(4)]
    spans = [ended_span(n, start_time_ns=t, end_time_ns=t + 1) for n, t in enumerate(starts)]
    await store.write(Batch("b", spans=spans))
    await write_spans(store, ended_span(9, project="other"), batch_id="other")
    cutoff = START_NS + 2 * WEEK_NS
    deleted = await store.housekeeping.expire(PROJECT, Cutoffs(spans_ns=cutoff))
    assert deleted.rows == {"spans": 2}
    parts = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active AND rows > 0 AND table = 'spans'"
    assert await ask(store, parts) == [(3,)]
    assert await store.trace(PROJECT, TRACE) == spans[2:]
    assert len(await store.trace("other", TRACE)) == 1


async def test_deletions_and_updates_of_the_same_rows_do_not_get_stuck(
    store: ClickHouseStore,
) -> None:
    for number in range(4):
        spans = [
            ended_span(n, trace_id=f"{n % 5:032x}", thread_id=f"t{n % 5}", input="x")
            for n in range(20)
        ]
        await store.write(Batch(f"b{number}", spans=spans))
        await store.housekeeping.delete_thread(PROJECT, f"t{number}")
        cutoffs = Cutoffs(bodies_ns=START_NS + 5 + number)
        await store.housekeeping.expire(PROJECT, cutoffs)
    await Mutations(store._connection).wait()
    bodies = {s.span_id: s.input for s in await store.trace(PROJECT, f"{4:032x}")}
    assert list(bodies.values()) == ["", "x", "x", "x"]


async def test_a_deletion_that_takes_too_long_says_that_it_goes_on(store: ClickHouseStore) -> None:
    await store.write(secretive())
    mutations = Mutations(store._connection, timeout_s=0)
    await run(store, "SYSTEM STOP MERGES spans")
    try:
        await mutations.start(
            "delete", {"project": PROJECT}, table="spans", condition="thread_id = 'thread-1'"
        )
        with pytest.raises(StoreUnavailable, match=r"still changing rows of spans .*goes on"):
            await mutations.wait()
    finally:
        await run(store, "SYSTEM START MERGES spans")
    await Mutations(store._connection).wait()
    assert await store.trace(PROJECT, TRACE) == []


async def test_a_check_names_what_is_wrong_and_the_cure(store: ClickHouseStore) -> None:
    await store.write(secretive())
    assert {finding.level for finding in await store.housekeeping.check()} <= {"ok", "warning"}
    await run(store, "ALTER TABLE elements DROP COLUMN props")
    await run(store, "ALTER TABLE spans DROP INDEX ft_root")
    await run(store, "ALTER TABLE spans DETACH PARTITION ID '20260921'")
    with suppress(StoreRefused):  # as the engine waits for it
        await run(store, "ALTER TABLE scores UPDATE comment = throwIf(1, 'no')::String WHERE 1")
    texts = {(finding.level, finding.text) for finding in await store.housekeeping.check()}
    for level, part in [
        ("error", "table elements was changed by hand and lacks columns props: restore"),
        ("warning", "no index of their words, so that searches read all of them: upgrade"),
        ("warning", "1 parts of spans are detached (by hand)"),
        ("error", "KILL MUTATION WHERE database = "),
    ]:
        assert any(level == found and part in text for found, text in texts), (part, texts)


def test_statements_for_a_cluster() -> None:
    sql = statement("delete", "main", table="spans", condition="1")
    assert re.match(r"DELETE FROM \w+ ON CLUSTER 'main'\n", sql)
    assert "{on_cluster}" not in statement("empty_bodies", is_body="1", condition="1")
    assert system_table("parts") == "system.parts"
    assert system_table("mutations", "main") == "clusterAllReplicas('main', system.mutations)"
    assert system_table("parts", "main", every_replica=False) == "cluster('main', system.parts)"
