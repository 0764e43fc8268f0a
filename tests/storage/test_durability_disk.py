"""The disk under the spool: full and freed again, read-only, taken away, full of rubbish."""

import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from spanlit.storage import open_store
from spanlit.storage.memory import MemoryStore
from spanlit.storage.writing.journal import encode_row
from spanlit.storage.writing.spool import DAMAGED, Spool
from spanlit.storage.writing.writer import Writer, WriterOptions
from tests.storage.durability import Backend, calls_in, model_call, rows_in, small_disk
from tests.storage.support import START_NS, thread, wait_until

ROOT = Path(__file__).parents[2]
MEGABYTE = 2**20
MakeWriter = Callable[..., Writer]


@pytest.fixture
def make_writer(tmp_path: Path) -> Iterator[MakeWriter]:
    with ExitStack() as cleanup:

        def make(url: str, spool: Path) -> Writer:
            shared = MemoryStore()
            writer = Writer(
                lambda: shared if url == "memory:" else open_store(url, data_dir=tmp_path),
                spool,
                options=WriterOptions(retry_max_s=0.5, heartbeat_s=0.2),
            )
            writer.start()
            cleanup.callback(writer.stop, 5)
            return writer

        yield make


def files(spool: Path) -> list[Path]:
    return sorted(path for path in spool.rglob("*.seg") if path.parent.name != DAMAGED)


def journalled(writer: Writer) -> None:
    wait_until(lambda: not writer._courier._inbox, "the journal")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_disk_that_fills_up_and_is_freed_again(
    backend: Backend, make_writer: MakeWriter, tmp_path: Path
) -> None:
    """A file system of 4 MB, most of which something else takes."""
    disk = tmp_path / "disk"
    with small_disk(disk, 4 * MEGABYTE) as mounted:
        if not mounted:
            pytest.skip("mounting a small file system is not permitted")
        writer = make_writer(backend.url, disk / "spool")
        writer.put(thread("first"))
        assert writer.flush(30)
        backend.end(signal.SIGTERM)
        if backend.url.startswith("chdb:"):  # which is started by whoever needs it
            (tmp_path / "own-engine").rename(tmp_path / "elsewhere")
            (tmp_path / "own-engine").write_text("in the way")
        (disk / "other").write_bytes(os.urandom(3 * MEGABYTE))
        for number in range(0, 3_000, 100):
            writer.put(
                *(model_call(n, START_NS, output="x" * 300) for n in range(number, number + 100))
            )
            journalled(writer)
        assert "No space left" in writer._courier._spool.error
        (disk / "other").unlink()
        writer.put(thread())
        wait_until(lambda: not writer._courier._spool.error, "the disk to be used again")
        if (tmp_path / "elsewhere").exists():
            (tmp_path / "own-engine").unlink()
            (tmp_path / "elsewhere").rename(tmp_path / "own-engine")
        backend.start()
        assert writer.flush(60)
        assert (writer.status.dropped_rows, writer.status.shed_bodies) == (0, 0)
        assert files(disk) == []
        writer.stop(10)
    assert calls_in(backend.url) == list(range(3_000))
    assert len(rows_in(backend.url, "threads")) == 2


def test_what_the_disk_refused_is_written_once_it_can_be(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", MEGABYTE) as mounted:
        if not mounted:
            pytest.skip("mounting a small file system is not permitted")
        root = tmp_path / "disk" / "spool"
        spool = Spool(root, max_bytes=10 * MEGABYTE)
        spool.open()
        row = model_call(1, START_NS, output="x" * 50_000)
        for _ in range(40):
            spool.append([row], [encode_row(row)])
            spool.rotate()
        assert "No space left" in spool.error
        on_disk = files(root)
        assert sum(path.stat().st_size for path in on_disk) < MEGABYTE
        while (segment := spool.take()) and segment.path is not None:
            spool.discard(segment)  # the store is back and takes the oldest
        spool.give_back()
        spool.append([row], [encode_row(row)])
        assert spool.error == ""
        spool.rotate()
        left = spool.rows
        assert 0 < left < 40
        spool.forget()  # it is killed
        heir = Spool(root, max_bytes=10 * MEGABYTE)
        heir.open()
        assert heir.rows >= 15
        heir.close()


def test_a_spool_folder_that_is_deleted_is_made_again(
    make_writer: MakeWriter, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool", max_bytes=MEGABYTE)
    spool.open()

    def append(number: int) -> None:
        row = model_call(number, START_NS)
        spool.append([row], [encode_row(row)])

    append(1)
    spool.rotate()
    append(2)  # still open when the folder goes
    ids = spool.undelivered()
    shutil.rmtree(tmp_path / "spool")
    append(3)
    spool.rotate()
    assert (spool.rows, spool.error, spool.dropped_rows) == (3, "", 0)
    assert ids < spool.undelivered()
    spool.forget()  # it is killed
    heir = Spool(tmp_path / "spool", max_bytes=MEGABYTE)
    heir.open()
    segments = [segment for _ in range(3) if (segment := heir.take())]
    assert {segment.batch_id for segment in segments} >= ids
    names = sorted(span.name for segment in segments for span in heir.read(segment).spans)
    assert names == ["call 1", "call 2", "call 3"]
    heir.close()


def test_a_spool_that_may_not_be_written_or_read(tmp_path: Path) -> None:
    """As somebody without rights: root may do everything."""
    code = f"""
import os, sys
from pathlib import Path
from spanlit.storage.writing.journal import encode_row
from spanlit.storage.writing.spool import Spool
from tests.storage.durability import model_call
root = Path("{tmp_path}/spool")
dead = Spool(root, max_bytes=10**6)
dead.open()
for number in range(3):
    row = model_call(number, 10**18)
    dead.append([row], [encode_row(row)])
    dead.rotate()
(folder,) = root.iterdir()
os.chown(root, 65534, 65534)
for path in [folder, *folder.iterdir()]:
    os.chown(path, 65534, 65534)
(folder / "00000002.seg").chmod(0)
dead.forget()
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
heir = Spool(root, max_bytes=10**6)
heir.open()
found = []
while segment := heir.take():
    found += [span.name for span in heir.read(segment).spans]
    heir.discard(segment)
assert found == ["call 0", "call 2"], found
assert heir.dropped_rows == 1
assert [path.name for path in (root / "damaged").iterdir()] == [folder.name + "-00000002.seg"]
heir.close()
root.chmod(0o500)
row = model_call(7, 10**18)
refused = Spool(root, max_bytes=10**6)
refused.open()
refused.append([row], [encode_row(row)])
refused.rotate()
assert "Permission denied" in refused.error, refused.error
segment = refused.take()
assert [span.name for span in refused.read(segment).spans] == ["call 7"]
"""
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.owner() == "root" and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50, cwd=ROOT)


def test_rubbish_in_the_spool_costs_only_itself(
    backend: Backend, make_writer: MakeWriter, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "spool"
    dead = Spool(root, max_bytes=10 * MEGABYTE)
    dead.open()
    for number in range(0, 60, 10):
        rows = [model_call(n, START_NS) for n in range(number, number + 10)]
        dead.append(rows, [encode_row(row) for row in rows])
        dead.rotate()
    dead.forget()
    first, second, third, *_ = files(root)
    first.write_bytes(first.read_bytes().replace(b"question 3", b"question 8"))  # flipped bits
    second.write_bytes(second.read_bytes()[:-30])  # a torn tail
    folder = third.parent
    third.with_name("00000090.seg").write_bytes(os.urandom(20_000))
    third.with_name("00000091.seg").touch()
    third.with_name("00000092.seg").mkdir()
    third.with_name("00000093.seg").symlink_to("nowhere")
    third.with_name("00000094.seg").write_bytes(b"\0" * 4_096)  # what a power failure leaves
    old = b'["threads",{"id":"old","user_id":"u","name":"n","created_at_ns":1790000000000000000,"updated_at_ns":1790000000000000000}]'
    older = b'["scores",{"trace_id":"%032x","span_id":"","name":"good","created_at_ns":1790000000000000000,"updated_at_ns":1790000000000000000,"value":1.0}]'
    lines = b"".join(b"%08x %b\n" % (zlib.crc32(row), row) for row in (old, older % 5))
    third.with_name("00000095.seg").write_bytes(lines)  # of a version that knew fewer fields
    writer = make_writer(backend.url, root)
    assert writer.flush(60)
    assert calls_in(backend.url) == [n for n in range(60) if n not in (3, 19)]
    assert [t.id for t in rows_in(backend.url, "threads")] == ["old"]
    assert [s.name for s in rows_in(backend.url, "scores")] == ["good"]
    assert writer.status.dropped_rows >= 4
    assert not folder.exists()
    kept = sorted(path.name.rpartition("-")[2] for path in (root / DAMAGED).iterdir())
    assert kept == [f"{n:08d}.seg" for n in (1, 2, 90, 92, 93, 94)]
    assert "damaged lines in a spool segment were skipped" in caplog.text
    assert "is no segment of the spool that can be read" in caplog.text


def test_copies_of_damaged_segments_are_bounded(tmp_path: Path) -> None:
    root = tmp_path / "spool"
    for number in range(40):
        dead = Spool(root, max_bytes=80_000)
        dead.open()
        row = model_call(number, START_NS, output="x" * 1_000)
        dead.append([row], [encode_row(row)])
        dead.forget()
        (path,) = files(root)
        path.write_bytes(path.read_bytes()[:-30])
        heir = Spool(root, max_bytes=80_000)
        heir.open()
        segment = heir.take()
        assert segment
        heir.read(segment)
        heir.discard(segment)
        heir.close()
    copies = list((root / DAMAGED).iterdir())
    assert 3 < len(copies) <= 20
    assert sum(path.stat().st_size for path in copies) <= 10_000
