"""Old versions of ClickHouse, beside the contract's tests that run on each: see `store_url`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.old_engines import WHEELS, installed
from spanlit.storage import Batch, Store, open_store
from spanlit.storage.clickhouse.migrate import read_migrations
from spanlit.storage.clickhouse.store import ClickHouseStore
from spanlit.storage.explore.query import Condition, SpanQuery
from tests.storage.engine_server import EngineServer, engine_server
from tests.storage.support import PROJECT, START_NS, TRACE, ended_span

needs = pytest.mark.skipif(
    not all(map(installed, WHEELS)), reason="needs: python scripts/old_engines.py"
)
END_NS = START_NS + 10**15


async def version_of(store: Store) -> str:
    assert isinstance(store, ClickHouseStore)
    result = await store._connection.read(lambda client: client.query("SELECT version()"))
    return str(result.result_rows[0][0])


@pytest.mark.parametrize("version", WHEELS)
async def test_old_engines_are_what_they_are_called(
    old_engines: Callable[[str], EngineServer], tmp_path: Path, version: str
) -> None:
    store = open_store(old_engines(version).url("called"), data_dir=tmp_path)
    await store.open()
    assert (await version_of(store)).startswith(f"{version}.")
    await store.close()


@pytest.mark.parametrize("version", WHEELS)
async def test_what_an_old_engine_cannot_do_yet_waits(
    old_engines: Callable[[str], EngineServer], tmp_path: Path, version: str
) -> None:
    store = open_store(old_engines(version).url("waits"), data_dir=tmp_path)
    numbers = tuple(int(part) for part in version.split("."))
    names = [m.name for m in read_migrations() if not m.requires or m.requires <= numbers]
    assert await store.migrate(dry_run=True) == names
    assert await store.migrate() == names
    assert await store.migrate() == []
    assert ("0002_text_index" in names) == (version == "26.3")


@needs
async def test_a_server_is_upgraded_under_its_data(tmp_path: Path) -> None:
    """From 24.8 to 26.3 to the current one: what waited is applied, and all is found again."""
    found: list[str] = []
    for version in (*WHEELS, ""):
        wheel = installed(version) if version else None
        with engine_server(tmp_path / "data", chdb=wheel) as server:
            store = open_store(server.url("upgraded"), data_dir=tmp_path)
            found += await store.migrate()
            await store.open()
            number = len(await store.trace(PROJECT, TRACE))
            span = ended_span(number, input=f"ask {number}", output="the answer")
            await store.write(Batch(f"batch-{version}", spans=[span]))
            assert len(await store.trace(PROJECT, TRACE)) == number + 1
            page = await store.explorer.spans(
                SpanQuery(0, END_NS, where=(Condition("text", "contains", "answer"),))
            )
            assert len(page.items) == number + 1
            await store.close()
    assert sorted(found) == [migration.name for migration in read_migrations()]
    assert found[-1] == "0002_text_index"
