"""One embedded engine for the whole session, a database of it for each test."""

import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from spanlit.storage import Store, open_store
from spanlit.storage.clickhouse import why_unavailable
from spanlit.storage.clickhouse.engine.endpoint import Endpoint
from spanlit.storage.clickhouse.engine.launcher import ensure

_databases = itertools.count(1)


def end_engine(folder: Path) -> None:
    """End the engine of a folder, if one runs."""
    endpoint = Endpoint.load(folder)
    if endpoint and endpoint.answers():
        os.kill(endpoint.pid, signal.SIGTERM)


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := why_unavailable():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("engine")
    ensure(folder)
    yield folder
    end_engine(folder)


@pytest.fixture
def clickhouse_url(engine_folder: Path) -> str:
    """An empty database of the session's engine."""
    return f"chdb://{engine_folder}?database=test_{next(_databases)}"


@pytest.fixture(params=["memory", "clickhouse"])
def store_url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory:"
    url: str = request.getfixturevalue("clickhouse_url")
    return url


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    store = open_store(store_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def clickhouse(clickhouse_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty ClickHouse store."""
    store = open_store(clickhouse_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()
