"""TLS to a real server whose certificate comes from an authority of our own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from spanlit.storage import StoreRefused, open_store
from tests.storage.postgres_server import PostgresServer, find_binaries, find_older_version


@pytest.fixture(scope="module")
def tls_server() -> Iterator[PostgresServer]:
    """A server that speaks TLS, with the file of its authority in its folder as `ca.pem`."""
    version = find_older_version()
    binaries = version and find_binaries(version)
    if not binaries:
        pytest.skip("the Postgres from PyPI has no TLS; Debian's: scripts/system_packages.sh")
    server = PostgresServer(binaries)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    files = {name: server.folder / name for name in ("ca.pem", "server.pem", "server.key")}
    authority.cert_pem.write_to_path(str(files["ca.pem"]))
    certificate.cert_chain_pems[0].write_to_path(str(files["server.pem"]))
    certificate.private_key_pem.write_to_path(str(files["server.key"]))
    files["server.key"].chmod(0o600)
    owner = server.folder.stat()
    for path in files.values():
        shutil.chown(path, owner.st_uid, owner.st_gid)
    server.settings.update(
        ssl="on", ssl_cert_file=str(files["server.pem"]), ssl_key_file=str(files["server.key"])
    )
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.mark.parametrize("mode", ["prefer", "require", "verify-ca", "verify-full"])
async def test_an_authority_that_is_known(
    tls_server: PostgresServer, mode: str, tmp_path: Path
) -> None:
    options = f"sslmode={mode}&sslrootcert={tls_server.folder / 'ca.pem'}"
    store = open_store(tls_server.url("chat", options=options), data_dir=tmp_path)
    await store.open()
    version = (await store.housekeeping.check())[0]
    assert "with TLS" in version.text
    await store.close()


async def test_no_tls(tls_server: PostgresServer, tmp_path: Path) -> None:
    store = open_store(tls_server.url("chat", options="sslmode=disable"), data_dir=tmp_path)
    await store.open()
    assert "without TLS" in (await store.housekeeping.check())[0].text
    await store.close()


async def refusal(url: str, tmp_path: Path) -> str:
    store = open_store(url, data_dir=tmp_path)
    with pytest.raises(StoreRefused) as refused:
        await store.open()
    return str(refused.value)


async def test_an_authority_that_is_unknown(tls_server: PostgresServer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    options = f"sslmode=verify-full&sslrootcert={other}"
    text = await refusal(tls_server.url("chat", options=options), tmp_path)
    assert "has a certificate that is not trusted" in text
    assert "set sslrootcert in storage.url" in text


async def test_the_authorities_of_the_system(tls_server: PostgresServer, tmp_path: Path) -> None:
    url = tls_server.url("chat", options="sslmode=verify-full&sslrootcert=system")
    assert "has a certificate that is not trusted" in await refusal(url, tmp_path)


async def test_a_host_that_the_certificate_does_not_name(
    tls_server: PostgresServer, tmp_path: Path
) -> None:
    options = f"sslmode=verify-full&sslrootcert={tls_server.folder / 'ca.pem'}"
    url = tls_server.url("chat", options=options).replace("127.0.0.1", "localhost")
    text = await refusal(url, tmp_path)
    assert "not valid for 'localhost'" in text
    assert "a name in the certificate" in text


async def test_a_file_that_is_missing(tls_server: PostgresServer, tmp_path: Path) -> None:
    url = tls_server.url("chat", options="sslmode=verify-full&sslrootcert=/none/ca.pem")
    assert "sslrootcert=/none/ca.pem, and there is no such file" in await refusal(url, tmp_path)


async def test_no_file_at_all(
    tls_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = await refusal(tls_server.url("chat", options="sslmode=verify-full"), tmp_path)
    assert "root.crt" in text


async def test_a_server_without_tls(postgres_server: PostgresServer, tmp_path: Path) -> None:
    text = await refusal(postgres_server.url("chat", options="sslmode=require"), tmp_path)
    assert "speaks no TLS, and sslmode in storage.url asks for it" in text


async def test_a_mode_that_there_is_not(tls_server: PostgresServer, tmp_path: Path) -> None:
    text = await refusal(tls_server.url("chat", options="sslmode=full"), tmp_path)
    assert "verify-full" in text
