"""Blob storage: memory, a folder, and a server that speaks S3."""

import asyncio
import hashlib
import os
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from spanlit.storage import StoreRefused, StoreUnavailable
from spanlit.storage.blobs.claims import Claims
from spanlit.storage.blobs.store import (
    READ_PART,
    BlobMissing,
    BlobStore,
    BlobTooLarge,
    open_blobs,
)

MB = 2**20
BIG = os.urandom(6 * MB + 17)  # more than one part of an upload, and of a download
SECRET = "wJalrXUtnFEMI-not-to-be-seen"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """URL of a server that speaks S3."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty place in a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    _post(s3_server, "/bucket", method="PUT")
    yield f"s3://bucket/some/prefix?endpoint={s3_server}&region=us-east-1"
    _post(s3_server, "/moto-api/reset")


def _post(server: str, path: str, data: bytes = b"", method: str = "POST") -> None:
    headers = {"content-type": "text/plain"}
    urllib.request.urlopen(
        urllib.request.Request(server + path, data, headers, method=method)
    ).close()


@pytest.fixture(params=["memory", "folder", "s3"])
def blobs_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        url: str = request.getfixturevalue("s3_url")
        return url
    return "memory:" if request.param == "memory" else f"file://{tmp_path}/blobs with space"


@pytest.fixture
def blobs(blobs_url: str, tmp_path: Path) -> BlobStore:
    return open_blobs(blobs_url, folder=tmp_path / "unused", max_bytes=8 * MB)


async def chunks(data: bytes, size: int = 300_000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def listed(blobs: BlobStore) -> dict[str, int]:
    return {blob.key: blob.size async for chunk in blobs.list() for blob in chunk}


@pytest.mark.parametrize("data", [b"", b"hello", BIG], ids=["empty", "small", "big"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_is_put_can_be_read(blobs: BlobStore, data: bytes, streamed: bool) -> None:
    blob = await blobs.put(chunks(data) if streamed else data)

    assert (blob.key, blob.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert await blobs.read(blob.key) == data
    assert await blobs.size(blob.key) == len(data)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 1), (5, 5), (10, None), (READ_PART - 1, READ_PART + 1), (len(BIG) - 1, len(BIG) + 9)],
)
async def test_a_range_is_read(blobs: BlobStore, start: int, end: int | None) -> None:
    blob = await blobs.put(BIG)
    got = b"".join([part async for part in blobs.get(blob.key, start, end)])
    assert got == BIG[start:end]


async def test_the_same_content_is_kept_and_uploaded_once(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await blobs.put(b"the same")
    uploads = []
    put = blobs._objects.put

    async def counted(path: str, data: Any) -> None:
        uploads.append(path)
        await put(path, data)

    monkeypatch.setattr(blobs._objects, "put", counted)
    assert await blobs.put(chunks(b"the same", 3)) == first
    assert uploads == []
    assert await listed(blobs) == {first.key: 8}

    monkeypatch.setattr("spanlit.storage.blobs.store.REFRESH_S", -5)  # as if it had been there long
    await blobs.put(b"the same")
    assert len(uploads) == 1


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_is_too_large_is_refused_and_not_kept(blobs: BlobStore, streamed: bool) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(MB)

    with pytest.raises(BlobTooLarge, match=r"8 MB.*blobs\.max_mb"):
        await blobs.put(endless() if streamed else bytes(8 * MB + 1))
    assert taken == (9 if streamed else 0)
    assert await listed(blobs) == {}


async def test_blobs_are_deleted_once(blobs: BlobStore) -> None:
    one, two = await blobs.put(b"one"), await blobs.put(b"two")
    nobody = hashlib.sha256(b"nobody").hexdigest()

    assert await blobs.delete([one.key, nobody], since=time.monotonic()) == {one.key}
    assert await blobs.delete([one.key], since=time.monotonic()) == set()

    assert await listed(blobs) == {two.key: 3}
    with pytest.raises(BlobMissing):
        await blobs.read(one.key)


async def test_what_was_put_since_is_not_deleted(blobs: BlobStore) -> None:
    before = time.monotonic()
    blob = await blobs.put(b"again")
    assert await blobs.delete([blob.key], since=before) == set()
    assert await blobs.delete([blob.key], since=time.monotonic(), older_than_ns=1) == set()
    assert await blobs.read(blob.key) == b"again"


async def test_a_put_waits_for_a_deletion_of_its_blob() -> None:
    claims, put = Claims(), asyncio.Event()

    async def hold() -> None:
        async with claims.putting("key"):
            put.set()

    with claims.deleting(["key"], time.monotonic()) as free:
        assert free == ["key"]
        task = asyncio.create_task(hold())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(put.wait(), 0.05)
    await task


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 63, "A" * 64])
async def test_only_hashes_are_keys(blobs: BlobStore, key: str) -> None:
    with pytest.raises(BlobMissing):
        await blobs.read(key)


async def test_many_puts_at_a_time_leave_one_blob(blobs: BlobStore) -> None:
    await asyncio.gather(*(blobs.put(BIG) for _ in range(5)))
    assert list((await listed(blobs)).values()) == [len(BIG)]


async def test_the_folder_is_ours_alone_and_foreign_files_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "blobs"
    blobs = open_blobs("", folder=folder, max_bytes=MB)
    blob = await blobs.put(b"x")
    (folder / "README").write_text("mine")

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / blob.key[:2] / blob.key[2:]).read_bytes() == b"x"
    assert list(await listed(blobs)) == [blob.key]


async def test_a_damaged_blob_is_mended_by_the_next_put(tmp_path: Path) -> None:
    blobs = open_blobs("", folder=tmp_path, max_bytes=MB)
    blob = await blobs.put(b"whole")
    (tmp_path / blob.key[:2] / blob.key[2:]).write_bytes(b"wh")
    await blobs.put(b"whole")
    assert await blobs.read(blob.key) == b"whole"


# --- faults -------------------------------------------------------------------------------
async def _every_operation(blobs: BlobStore) -> AsyncIterator[Exception]:
    key = hashlib.sha256(b"x").hexdigest()
    for work in (blobs.check(), blobs.put(b"x"), blobs.read(key), blobs.put(chunks(BIG))):
        with pytest.raises((StoreRefused, StoreUnavailable)) as caught:
            await work
        yield caught.value


async def test_a_missing_bucket_is_named(s3_url: str, tmp_path: Path) -> None:
    url = s3_url.replace("bucket", "nothing", 1)
    blobs = open_blobs(url, folder=tmp_path, max_bytes=MB)
    with pytest.raises(StoreRefused, match=r"s3://nothing/some/prefix: the bucket does not exist"):
        await blobs.check()
    with pytest.raises(StoreRefused, match="the bucket does not exist"):
        await blobs.put(b"x")


async def test_wrong_credentials_are_named_but_not_shown(
    s3_server: str, s3_url: str, tmp_path: Path
) -> None:
    _post(s3_server, "/moto-api/reset-auth", b"0")
    try:
        blobs = open_blobs(s3_url, folder=tmp_path, max_bytes=8 * MB)
        async for error in _every_operation(blobs):
            assert isinstance(error, StoreRefused)
            assert "AWS_ACCESS_KEY_ID" in str(error)
            assert SECRET not in str(error)
            assert "AKIA" not in str(error)
    finally:
        _post(s3_server, "/moto-api/reset-auth", b"inf")


async def test_a_server_that_is_away_may_come_back(
    s3_url: str, s3_server: str, tmp_path: Path
) -> None:
    blobs = open_blobs(
        s3_url.replace(s3_server, "http://127.0.0.1:1"), folder=tmp_path, max_bytes=8 * MB
    )
    async for error in _every_operation(blobs):
        assert isinstance(error, StoreUnavailable)
        assert "s3://bucket/some/prefix cannot be reached" in str(error)
        assert "127.0.0.1" not in str(error)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://host/x", "must start with file://, s3://, gs:// or az://"),
        ("file://relative/x", "not of the form file:///absolute/folder"),
        ("file:///proc/1/x", "make it writable or choose another one with blobs.url"),
        ("s3://key:geheim@bucket", "credentials belong into AWS_ACCESS_KEY_ID"),
        ("s3://bucket?secret_access_key=geheim", "secret_access_key is not an option"),
        ("s3:///prefix", "must be s3://bucket"),
        ("az://container", "AZURE_STORAGE_ACCOUNT_NAME"),
    ],
)
def test_a_wrong_url_is_explained(url: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused) as caught:
        open_blobs(url, folder=tmp_path, max_bytes=MB)
    assert says in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreRefused, match="Not a directory"):
        open_blobs("", folder=tmp_path / "file" / "blobs", max_bytes=MB)


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)
    for url in ("", "s3://bucket"):
        with pytest.raises(StoreRefused, match=r"pip install 'spanlit\[blobs\]'"):
            open_blobs(url, folder=tmp_path, max_bytes=MB)


async def test_a_forked_child_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    blobs = open_blobs("", folder=tmp_path, max_bytes=MB)
    await blobs.put(b"x")
    assert await asyncio.to_thread(_in_child, blobs) == 0


def _in_child(blobs: BlobStore) -> int:
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        with asyncio.Runner() as runner:
            runner.run(blobs.put(b"x"))
    except StoreRefused:
        os._exit(0)
    finally:
        os._exit(1)
