"""Users with too few rights, and one that only reads: on an engine whose one user has just them."""

import base64
import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from spanlit.storage import Batch, StoreRefused, open_store
from spanlit.storage.clickhouse import available
from spanlit.storage.store import Cutoffs
from tests.storage.engine_config import engine_config
from tests.storage.engine_server import PASSWORD, EngineServer, engine_server
from tests.storage.fault_proxy import fault_proxy
from tests.storage.support import PROJECT, START_NS, TRACE, ended_span

pytestmark = pytest.mark.skipif(not available(), reason="needs chDB")

NEW, EMPTY, MADE = "new", "empty", "made"
"""Databases: one that nobody makes, one that a test may make, and one with all tables and a span."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of an engine, which one engine at a time can open."""
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(data: Path) -> None:
    with engine_server(data / "engine") as server:
        store = open_store(server.url(MADE), data_dir=data)
        await store.open()
        await store.write(Batch("batch-1", spans=[ended_span()]))
        await store.close()


READ_ALL = "GRANT SELECT ON *.*"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("database", "grants", "readonly", "complaint"),
    [
        (NEW, (READ_ALL,), 0, "lacks the right CREATE DATABASE ON new"),
        (
            EMPTY,
            (READ_ALL, "GRANT CREATE DATABASE ON *.*"),
            0,
            "lacks the right CREATE TABLE ON empty",
        ),
        (NEW, ("GRANT ALL ON *.*",), 1, "may only read: .* as readonly_user"),
        (
            MADE,
            (READ_ALL,),
            0,
            r"lacks the right INSERT ON made\.spans: GRANT INSERT ON made\.spans",
        ),
        (MADE, ("GRANT INSERT ON *.*",), 0, r"lacks the right SELECT ON made\.schema_migrations"),
        (MADE, ("GRANT SELECT, INSERT ON *.*",), 0, r"lacks the right ALTER DELETE ON made\.\w+"),
        (MADE, ("GRANT ALL ON *.*",), 2, "may only read"),
    ],
)
async def test_a_user_who_may_too_little_is_refused_with_the_cure(
    data: Path,
    tmp_path: Path,
    database: str,
    grants: tuple[str, ...],
    readonly: int,
    complaint: str,
) -> None:
    config = engine_config(tmp_path, grants=grants, readonly=readonly)
    with (
        engine_server(data / "engine", config=config) as server,
        pytest.raises(StoreRefused, match=complaint) as caught,
    ):
        await use(server.url(database))
    assert "pass/word" not in str(caught.value)


@pytest.mark.usefixtures("made")
async def test_the_documented_rights_are_enough(data: Path, tmp_path: Path) -> None:
    """All but making the database."""
    text = (Path(__file__).parents[2] / "docs/storage.md").read_text()
    grants = re.findall(r"^(GRANT .+) TO spanlit;$", text, re.MULTILINE)
    database = "documented"
    with engine_server(data / "engine") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        login = {"X-ClickHouse-User": server.user, "X-ClickHouse-Key": PASSWORD}
        connection.request("POST", "/", f"CREATE DATABASE {database}", login)
        assert connection.getresponse().status == 200
        connection.close()
    rights = tuple(grant.replace("spanlit.*", f"{database}.*") for grant in grants)
    assert len(rights) == 2
    config = engine_config(tmp_path, grants=rights)
    with engine_server(data / "engine", config=config) as server:
        await use(server.url(database))


async def use(url: str) -> None:
    """Do all that takes rights."""
    store = open_store(url, data_dir=Path())
    try:
        await store.open()
        await store.write(Batch("batch-2", spans=[ended_span(2)]))
        await store.housekeeping.delete_thread(PROJECT, "thread-1")
        await store.housekeeping.expire(PROJECT, Cutoffs(bodies_ns=START_NS, spans_ns=START_NS))
        assert all(finding.level != "error" for finding in await store.housekeeping.check())
    finally:
        await store.close()


@pytest.fixture
def reader(data: Path, made: None, tmp_path: Path) -> Iterator[EngineServer]:
    """A server that allows reads only, and no change of any setting."""
    config = engine_config(tmp_path / "reader", grants=(READ_ALL,), readonly=1)
    with engine_server(data / "engine", config=config, user="reader") as server:
        yield server


async def test_reads_are_asked_as_the_read_only_user_and_all_else_is_not(
    reader: EngineServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers play the two users of one: a proxy sends each request to its user's."""
    monkeypatch.setenv("READER_PASSWORD", "pass/word")
    with engine_server(tmp_path / "engine") as writer:
        async with fault_proxy(writer.port) as proxy:
            login = b"basic " + base64.b64encode(b"reader:pass/word").lower()
            proxy.route = lambda r: reader.port if login in r.lower() else writer.port
            options = "&readonly_user=reader&readonly_password_env=READER_PASSWORD"
            url = writer.url(MADE, options).replace(f":{writer.port}/", f":{proxy.port}/")
            store = open_store(url, data_dir=tmp_path)
            await store.open()
            await store.write(Batch("batch-2", spans=[ended_span(trace_id="f" * 32)]))
            assert await store.trace(PROJECT, TRACE)  # only the reader's server has it
            assert not await store.trace(PROJECT, "f" * 32)  # only the writer's has
            await store.close()


async def test_a_read_only_user_without_rights_is_named(
    data: Path, made: None, tmp_path: Path
) -> None:
    config = engine_config(tmp_path / "reader", grants=("GRANT SHOW ON *.*",), readonly=1)
    with (
        engine_server(data / "engine", config=config, user="reader") as reader,
        engine_server(tmp_path / "engine") as writer,
    ):
        async with fault_proxy(writer.port) as proxy:
            login = b"basic " + base64.b64encode(b"reader:pass/word").lower()
            proxy.route = lambda r: reader.port if login in r.lower() else writer.port
            options = "&readonly_user=reader&readonly_password=pass%2Fword"
            url = writer.url(MADE, options).replace(f":{writer.port}/", f":{proxy.port}/")
            store = open_store(url, data_dir=tmp_path)
            with pytest.raises(
                StoreRefused, match=r"of readonly_user at .* lacks the right SELECT"
            ):
                await store.open()
            await store.close()
