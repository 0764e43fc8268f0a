"""A server that fails: each error means what it should, and nothing is lost or stored twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from spanlit.storage import Batch, Store, StoreRefused, StoreUnavailable, open_store
from spanlit.storage.clickhouse.engine.launcher import ensure
from spanlit.tracing.record import SpanRecord
from tests.storage.fault_proxy import Fault, FaultProxy, answer, fault_proxy
from tests.storage.support import PROJECT, TRACE, ended_span

FAULTS: list[Fault] = list(get_args(Fault))


@pytest.fixture
async def proxy(engine_folder: Path) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(ensure(engine_folder).port) as proxy:
        yield proxy


@pytest.fixture
async def store(
    proxy: FaultProxy, engine_folder: Path, clickhouse_url: str, tmp_path: Path
) -> AsyncIterator[Store]:
    """The session's engine as if it were a server, behind the proxy."""
    secret = ensure(engine_folder).secret
    database = clickhouse_url.partition("=")[2]
    url = f"clickhouse://spanlit:{secret}@127.0.0.1:{proxy.port}/{database}?compress=off&timeout=1"
    store = open_store(url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


@pytest.mark.parametrize(
    # An insert has no answer that an exception could come into.
    "fault",
    [fault for fault in FAULTS if fault != "exception"],
)
async def test_a_write_that_is_tried_again_is_stored_once(
    store: Store, proxy: FaultProxy, clickhouse: Store, fault: Fault
) -> None:
    batch = Batch("batch-1", spans=[ended_span(n) for n in range(10)])
    # The client itself tries once more when the connection is dropped, hence three.
    proxy.faults.extend([fault] * 3)
    for _ in range(4):
        try:
            await store.write(batch)
        except StoreUnavailable:
            continue
        break
    else:
        pytest.fail("never written")
    assert proxy.done
    assert await count_rows(store) == 10
    assert len(await store.trace(PROJECT, TRACE)) == 10


async def count_rows(store: Store) -> int:
    """Rows in the table, duplicates that no reader would see included."""
    from spanlit.storage.clickhouse.store import ClickHouseStore

    assert isinstance(store, ClickHouseStore)
    result = await store._connection.call(lambda client: client.query("SELECT count() FROM spans"))
    rows: int = result.result_rows[0][0]
    return rows


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_fails_cleanly_and_the_next_one_works(
    store: Store, proxy: FaultProxy, fault: Fault
) -> None:
    await store.write(Batch("batch-1", spans=[ended_span(output="x" * 10_000)]))
    proxy.only = b"LIMIT 1 BY span_id"
    proxy.faults.extend([fault] * 9)  # the client tries a dropped one three times, we twice that
    with pytest.raises(StoreUnavailable):
        await store.trace(PROJECT, TRACE)
    proxy.faults.clear()
    assert len(await store.trace(PROJECT, TRACE)) == 1


@pytest.mark.parametrize("fault", ["drop before", "drop after", "cut answer"])
async def test_a_read_whose_connection_is_dropped_once_succeeds(
    store: Store, proxy: FaultProxy, fault: Fault
) -> None:
    await store.write(Batch("batch-1", spans=[ended_span(output="x" * 10_000)]))
    proxy.only = b"LIMIT 1 BY span_id"
    proxy.faults.append(fault)
    assert len(await store.trace(PROJECT, TRACE)) == 1
    assert proxy.done == [fault]


async def test_a_slow_read_is_not_asked_again(store: Store, proxy: FaultProxy) -> None:
    proxy.only = b"LIMIT 1 BY span_id"
    proxy.faults.extend(["silence"] * 5)
    with pytest.raises(StoreUnavailable, match="Timeout"):
        await store.trace(PROJECT, TRACE)
    assert proxy.done == ["silence"]


@pytest.mark.parametrize("fault", ["page", "page 502", "503", "drop before", "silence"])
async def test_who_cannot_connect_for_now_is_unavailable(
    engine_folder: Path, proxy: FaultProxy, tmp_path: Path, fault: Fault
) -> None:
    proxy.only = b""
    proxy.faults.extend([fault] * 5)
    url = f"clickhouse://spanlit:hunter2@127.0.0.1:{proxy.port}/x?timeout=1"
    with pytest.raises(StoreUnavailable, match=rf"127\.0\.0\.1:{proxy.port}") as caught:
        await open_store(url, data_dir=tmp_path).open()
    assert "hunter2" not in str(caught.value)
    if fault == "page":
        assert "is not ClickHouse but 'nginx': check host and port" in str(caught.value)


async def test_an_old_server_is_refused(
    proxy: FaultProxy, engine_folder: Path, tmp_path: Path
) -> None:
    """The version is said by the proxy: no engine this old comes as a wheel with connections."""
    proxy.only = b"SELECT version()"
    version = answer("200 OK", b"24.3.18.7\tUTC\n", "X-ClickHouse-Format: TabSeparated")
    proxy.faults.append(version)
    secret = ensure(engine_folder).secret
    url = f"clickhouse://spanlit:{secret}@127.0.0.1:{proxy.port}/x"
    with pytest.raises(StoreRefused, match=r"is version 24\.3\.18\.7, and Spanlit needs 24\.8"):
        await open_store(url, data_dir=tmp_path).open()


async def test_a_wrong_password_is_refused_without_showing_it(
    proxy: FaultProxy, tmp_path: Path
) -> None:
    url = f"clickhouse://spanlit:hunter2@127.0.0.1:{proxy.port}/x"
    with pytest.raises(StoreRefused, match="refuses the user or password") as caught:
        await open_store(url, data_dir=tmp_path).open()
    assert "hunter2" not in str(caught.value)


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    store = open_store("clickhouse://127.0.0.1:1/x", data_dir=tmp_path)
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/x"):
        await store.open()
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.ping()


async def test_a_row_that_the_server_refuses_does_not_take_others_along(
    clickhouse: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values are made to fit, so only a bug brings a row that does not: put one in."""
    from spanlit.storage.clickhouse import columns

    def broken(attributes: dict[str, object]) -> object:
        return 5 if "poison" in attributes else {}

    good = columns.number_map("attributes_num", "attributes")
    bad = columns.Column(good.name, good.type, good.get, lambda vs: [broken(v) for v in vs])
    from spanlit.storage.clickhouse import rows

    table: columns.Table[SpanRecord] = columns.Table(
        "spans", tuple(bad if c.name == bad.name else c for c in rows.SPANS.columns)
    )
    monkeypatch.setattr(rows, "SPANS", table)
    spans = [ended_span(n) for n in range(20)]
    spans[13].attributes = {"poison": True}
    spans[13].output = "what a person wrote"
    assert await clickhouse.write(Batch("batch-1", spans=spans)) == 1
    found = await clickhouse.trace(PROJECT, TRACE)
    assert found == spans[:13] + spans[14:]
    (complaint,) = [r.message for r in caplog.records if "cannot be stored" in r.message]
    assert spans[13].span_id in complaint
    assert "what a person wrote" not in complaint


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost",
        "sqlite:///x",
        "",
        "chdb://relative/path",
        "chdb:///x?color=red",
        "clickhouse://",
        "clickhouse://host:port",
        "clickhouse://host?color=red",
    ],
)
def test_a_url_that_means_nothing_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match=r"storage(\.url| URL)"):
        open_store(url, data_dir=tmp_path)
