"""Every store reads all rows of a table, page by page."""

import time
from dataclasses import replace
from typing import Any

import pytest

from spanlit.storage import Batch, Store, StoreRefused
from spanlit.storage.memory import MemoryStore
from spanlit.storage.models import Page
from spanlit.storage.store import TABLES
from tests.storage.support import (
    CORRECTED_VERSION,
    PROJECT,
    START_NS,
    action,
    ask,
    element,
    ended_span,
    open_span,
    process,
    scan_all,
    score,
    session,
    thread,
    user,
    write_spans,
)


@pytest.mark.newest
async def test_every_table_is_read_page_by_page_oldest_first(store: Store) -> None:
    batch = Batch(
        "b",
        spans=[ended_span(n, start_time_ns=START_NS + n // 2) for n in range(7)],
        threads=[thread(f"t{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        users=[user(id=f"u{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        elements=[element(f"e{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        scores=[score(name=f"s{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        actions=[action(f"a{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        asks=[ask(f"q{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        sessions=[session(f"t{n}", updated_at_ns=START_NS + n // 2) for n in range(7)],
        processes=[process(f"p{n}", seen_at_ns=time.time_ns() + n // 2) for n in range(7)],
    )
    await store.write(batch)
    for table in TABLES:
        rows = getattr(batch, table)
        for limit in (1, 3, 7, 1_000):
            assert await scan_all(store, table, limit=limit) == rows, table
        assert await scan_all(store, table, project="other") == (
            rows if table == "processes" else []
        )


async def test_a_range_of_times(store: Store) -> None:
    spans = [ended_span(n) for n in range(5)]
    threads = [thread(f"t{n}", updated_at_ns=START_NS + n) for n in range(5)]
    await store.write(Batch("b", spans=spans, threads=threads))
    times: dict[str, Any] = {"since_ns": START_NS + 1, "until_ns": START_NS + 4}
    for table, rows in (("spans", spans), ("threads", threads)):
        page = await store.housekeeping.scan(PROJECT, table, **times)
        assert (page.items, page.next_cursor) == (rows[1:4], None)


async def test_the_earliest_times(store: Store) -> None:
    batch = Batch(
        "b",
        threads=[thread("t", created_at_ns=1, updated_at_ns=2)],
        users=[user(updated_at_ns=2)],
        elements=[element(updated_at_ns=2)],
        scores=[score(updated_at_ns=2)],
        actions=[action(updated_at_ns=2)],
        asks=[ask(updated_at_ns=2)],
        sessions=[session(updated_at_ns=2)],
    )
    spans = [ended_span(1, start_time_ns=0), ended_span(2, start_time_ns=5 * 86_400 * 10**9)]
    await store.write(replace(batch, spans=spans))
    for table in TABLES:
        for since_ns in (-1, 0, 2):
            page = await store.housekeeping.scan(PROJECT, table, since_ns=since_ns)
            if table == "spans":
                # The earliest start may be kept as a later one.
                assert [span.span_id for span in page.items][-1] == spans[1].span_id
            else:
                assert page.items == getattr(batch, table), (table, since_ns)


async def test_newest_versions_without_removed_ones(store: Store) -> None:
    await write_spans(store, open_span(1), ended_span(2), open_span(3), batch_id="b1")
    removed = ended_span(2, removed=True, version=CORRECTED_VERSION)
    await write_spans(store, ended_span(1), removed, batch_id="b2")
    assert await scan_all(store, "spans") == [ended_span(1), open_span(3)]
    assert await scan_all(store, "spans", limit=1) == [ended_span(1), open_span(3)]


async def test_pages_are_stable_while_rows_arrive(store: Store) -> None:
    spans = [ended_span(n) for n in range(0, 20, 2)]
    threads = [thread(f"t{n}", updated_at_ns=START_NS + n) for n in range(10)]
    await store.write(Batch("b", spans=spans, threads=threads))
    found: dict[str, list[Any]] = {"spans": [], "threads": []}
    cursors: dict[str, str | None] = {}
    for number in range(4):
        for table in found:
            page: Page[Any] = await store.housekeeping.scan(
                PROJECT, table, limit=3, cursor=cursors.get(table)
            )
            found[table] += page.items
            cursors[table] = page.next_cursor
        # Before what was read already, and again what was not read yet.
        late = ended_span(100 + number, start_time_ns=START_NS - number)
        await store.write(Batch(f"late-{number}", spans=[late, spans[-1]], threads=[threads[-1]]))
    assert found == {"spans": spans, "threads": threads}
    assert list(cursors.values()) == [None, None]


@pytest.mark.newest
async def test_pages_of_large_rows_are_short(store: Store) -> None:
    large = "x" * 2**22
    spans = [ended_span(n, input=large, output=large) for n in range(6)]
    sessions = [session(f"t{n}", state={"large": large * 2}) for n in range(5)]
    for span in spans:
        await write_spans(store, span, batch_id=span.span_id)
    for row in sessions:
        await store.write(Batch(row.thread_id, sessions=[row]))
    assert await scan_all(store, "spans") == spans
    assert await scan_all(store, "sessions") == sessions
    page = await store.housekeeping.scan(PROJECT, "spans")
    assert isinstance(store, MemoryStore) or len(page.items) < len(spans)


async def test_a_foreign_cursor_is_refused(store: Store) -> None:
    for cursor in ("x", "WzEsMl0", "e30"):
        with pytest.raises(StoreRefused, match="not a page cursor"):
            await store.housekeeping.scan(PROJECT, "spans", cursor=cursor)


async def test_projects_are_those_with_spans_or_threads(store: Store) -> None:
    assert await store.housekeeping.projects() == []
    await store.write(
        Batch(
            "b",
            spans=[ended_span(1, project="b")],
            threads=[thread(project="a"), thread(project="c")],
            scores=[score(project="nothing else")],
        )
    )
    assert await store.housekeeping.projects() == ["a", "b", "c"]
    await store.housekeeping.delete_thread("c", "thread-1")
    assert await store.housekeeping.projects() == ["a", "b"]


async def test_sizes_name_every_table(store: Store) -> None:
    await store.write(Batch("b", spans=[ended_span(n) for n in range(5)], threads=[thread()]))
    sizes = {size.name: size for size in await store.housekeeping.sizes()}
    assert set(sizes) >= set(TABLES)
    assert (sizes["threads"].rows, sizes["scores"].rows) == (1, 0)
    assert sizes["spans"].rows == 5
    assert sizes["spans"].size > 0


async def test_a_new_store_is_well(store: Store) -> None:
    findings = await store.housekeeping.check()
    assert findings
    assert [finding for finding in findings if finding.level == "error"] == []
