"""A ClickHouse server behind TLS: verified, and refused in one sentence that names the cure."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from spanlit.storage import Batch, StoreRefused, StoreUnavailable, open_store
from spanlit.storage.clickhouse.engine.launcher import ensure
from tests.storage.fault_proxy import FaultProxy, fault_proxy
from tests.storage.support import PROJECT, TRACE, ended_span


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_cert(ca: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return path


def server_tls(ca: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
async def server(engine_folder: Path, ca: trustme.CA) -> AsyncIterator[FaultProxy]:
    """The session's engine behind TLS."""
    async with fault_proxy(ensure(engine_folder).port, server_tls(ca)) as proxy:
        yield proxy


@pytest.fixture
def database(clickhouse_url: str) -> str:
    return clickhouse_url.partition("=")[2]


def url_of(server: FaultProxy, engine_folder: Path, database: str, options: str = "") -> str:
    secret = ensure(engine_folder).secret
    return (
        f"clickhouses://spanlit:{secret}@127.0.0.1:{server.port}/{database}?compress=off{options}"
    )


async def write_and_read(url: str) -> None:
    store = open_store(url, data_dir=Path())
    await store.open()
    await store.write(Batch("batch-1", spans=[ended_span()]))
    assert len(await store.trace(PROJECT, TRACE)) == 1
    await store.close()


async def test_a_server_whose_ca_is_named_is_trusted(
    server: FaultProxy, engine_folder: Path, database: str, ca_cert: Path
) -> None:
    await write_and_read(url_of(server, engine_folder, database, f"&ca_cert={ca_cert}"))


async def test_verification_can_be_turned_off(
    server: FaultProxy, engine_folder: Path, database: str
) -> None:
    await write_and_read(url_of(server, engine_folder, database, "&verify=0"))


async def test_an_unknown_ca_is_refused(
    server: FaultProxy, engine_folder: Path, database: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    for options in ("", f"&ca_cert={other}"):
        with pytest.raises(
            StoreRefused, match=r"is not trusted \(.+\): name the CA with \?ca_cert"
        ):
            await open_store(
                url_of(server, engine_folder, database, options), data_dir=tmp_path
            ).open()


async def test_another_host_is_refused(
    engine_folder: Path, ca: trustme.CA, ca_cert: Path, database: str, tmp_path: Path
) -> None:
    port = ensure(engine_folder).port
    async with fault_proxy(port, server_tls(ca, "clickhouse.example")) as server:
        url = url_of(server, engine_folder, database, f"&ca_cert={ca_cert}")
        with pytest.raises(StoreRefused, match=r"is not trusted \(.*127\.0\.0\.1.*the host as the"):
            await open_store(url, data_dir=tmp_path).open()


async def test_a_server_that_asks_for_certificates_gets_one(
    engine_folder: Path, ca: trustme.CA, ca_cert: Path, database: str, tmp_path: Path
) -> None:
    context = server_tls(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    mine = ca.issue_cert("client.example")
    mine.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    async with fault_proxy(ensure(engine_folder).port, context) as server:
        url = url_of(server, engine_folder, database, f"&ca_cert={ca_cert}")
        with pytest.raises((StoreRefused, StoreUnavailable)) as caught:
            await open_store(url, data_dir=tmp_path).open()
        assert "127.0.0.1" in str(caught.value)
        await write_and_read(f"{url}&client_cert={tmp_path / 'client.pem'}")


async def test_tls_with_a_server_that_has_none(engine_folder: Path, tmp_path: Path) -> None:
    url = f"clickhouses://127.0.0.1:{ensure(engine_folder).port}/x"
    with pytest.raises(StoreRefused, match=r"do not agree on TLS .*needs the HTTPS port"):
        await open_store(url, data_dir=tmp_path).open()


async def test_no_tls_with_a_server_that_has_it(
    server: FaultProxy, engine_folder: Path, database: str, tmp_path: Path
) -> None:
    url = url_of(server, engine_folder, database).replace("clickhouses:", "clickhouse:")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await open_store(url, data_dir=tmp_path).open()


@pytest.mark.parametrize("option", ["ca_cert", "client_cert"])
async def test_a_certificate_that_cannot_be_read(option: str, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name in ("missing.pem", "empty.pem"):
        url = f"clickhouses://127.0.0.1:1/x?{option}={tmp_path / name}"
        with pytest.raises(StoreRefused, match=rf"certificates of storage\.url .*check .*{name}"):
            await open_store(url, data_dir=tmp_path).open()
