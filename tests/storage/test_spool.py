"""The spool: what is on disk, what is adopted, what is lost and counted."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from spanlit.storage.journal import Row, encode_row
from spanlit.storage.spool import DAMAGED, Segment, Spool
from tests.storage.support import ended_span, span_id, thread

MEGABYTE = 2**20


class MakeSpool(Protocol):
    def __call__(self, root: Path, *, max_bytes: int = ..., memory: int = ...) -> Spool: ...


@pytest.fixture
def make_spool() -> Iterator[MakeSpool]:
    with ExitStack() as cleanup:

        def make(root: Path, *, max_bytes: int = 10 * MEGABYTE, memory: int = MEGABYTE) -> Spool:
            spool = Spool(root, max_bytes=max_bytes, max_memory_bytes=memory)
            spool.open()
            cleanup.callback(spool.forget)
            return spool

        yield make


def append(spool: Spool, *rows: Row) -> None:
    spool.append(rows, [encode_row(row) for row in rows])


def die(spool: Spool) -> None:
    """Let go of the files, as the kernel does for a process that is killed."""
    spool.forget()


def taken(spool: Spool) -> Iterator[Segment]:
    while segment := spool.take():
        yield segment


def files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.seg"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def test_rows_are_on_disk_when_append_returns(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root)
    append(spool, ended_span())
    assert files(root)[0].read_bytes() == encode_row(ended_span())
    assert (spool.rows, spool.size) == (1, len(encode_row(ended_span())))


def test_a_segment_becomes_a_batch_and_goes(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root)
    append(spool, ended_span(1), thread())
    append(spool, ended_span(2))
    assert spool.take() is None
    spool.rotate()
    (segment,) = taken(spool)
    batch = spool.read(segment)
    assert (batch.spans, batch.threads) == ([ended_span(1), ended_span(2)], [thread()])
    spool.discard(segment)
    assert (spool.rows, spool.size, files(root)) == (0, 0, [])


def test_the_dead_are_adopted_in_order_with_their_batch_ids(
    make_spool: MakeSpool, root: Path
) -> None:
    dead = make_spool(root)
    for number in range(3):
        append(dead, ended_span(number))
        dead.rotate()
    append(dead, ended_span(3))  # not even closed
    ids = sorted(dead.undelivered())
    die(dead)
    spool = make_spool(root)
    assert spool.has_adopted
    batches = [spool.read(segment) for segment in taken(spool)]
    assert [batch.spans[0].span_id for batch in batches] == [span_id(n) for n in range(4)]
    assert [batch.id for batch in batches][:3] == ids
    assert spool.rows == 4


def test_an_adopted_folder_is_removed_once_it_is_empty(make_spool: MakeSpool, root: Path) -> None:
    dead = make_spool(root)
    append(dead, ended_span())
    die(dead)
    spool = make_spool(root)
    assert len(list(root.iterdir())) == 2
    (segment,) = taken(spool)
    spool.discard(segment)
    assert len(list(root.iterdir())) == 1
    spool.close()
    assert list(root.iterdir()) == []


def test_the_living_are_left_alone(make_spool: MakeSpool, root: Path) -> None:
    first = make_spool(root)
    append(first, ended_span())
    first.rotate()
    second = make_spool(root)
    assert not second.has_adopted
    assert second.adopt() == 0
    die(first)
    assert second.adopt() == 1


def test_one_orphan_is_adopted_once(make_spool: MakeSpool, root: Path) -> None:
    dead = make_spool(root)
    append(dead, ended_span())
    die(dead)
    spools = [make_spool(root) for _ in range(3)]
    assert [spool.rows for spool in spools] == [1, 0, 0]


def test_closing_leaves_segments_to_the_next(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root)
    append(spool, ended_span())
    spool.close()
    assert make_spool(root).rows == 1


def test_a_damaged_segment_is_set_aside_and_the_rest_of_it_is_used(
    make_spool: MakeSpool, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dead = make_spool(root)
    append(dead, ended_span(1), ended_span(2), ended_span(3))
    die(dead)
    (path,) = files(root)
    damaged = path.read_bytes().replace(b"span 2", b"span X")
    path.write_bytes(damaged)
    spool = make_spool(root)
    (segment,) = taken(spool)
    assert [s.span_id for s in spool.read(segment).spans] == [span_id(1), span_id(3)]
    assert spool.dropped_rows == 1
    (kept,) = (root / DAMAGED).iterdir()
    assert kept.read_bytes() == damaged
    assert f"a copy of it is {kept}" in caplog.text
    spool.discard(segment)
    spool.close()
    assert not make_spool(root).has_adopted


def test_a_torn_last_line_costs_that_line(make_spool: MakeSpool, root: Path) -> None:
    dead = make_spool(root)
    append(dead, ended_span(1), ended_span(2))
    die(dead)
    (path,) = files(root)
    path.write_bytes(path.read_bytes()[:-20])
    spool = make_spool(root)
    (segment,) = taken(spool)
    assert len(spool.read(segment).spans) == 1


def test_rubbish_in_the_folder_harms_nobody(make_spool: MakeSpool, root: Path) -> None:
    dead = make_spool(root)
    append(dead, ended_span())
    folder = files(root)[0].parent
    die(dead)
    (folder / "00000000.seg").write_bytes(os.urandom(5_000))
    (folder / "notes.txt").write_text("hello")
    (root / "file").write_text("not a folder")
    spool = make_spool(root)
    batches = [spool.read(segment) for segment in taken(spool)]
    assert [len(batch) for batch in batches] == [0, 1]


def test_a_full_spool_drops_and_counts(
    make_spool: MakeSpool, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make_spool(root, max_bytes=3_000)
    for number in range(20):
        append(spool, ended_span(number, output="x" * 500))
    assert spool.size <= 3_000
    assert spool.rows + spool.dropped_rows == 20
    assert spool.rows > 0
    assert len([r for r in caplog.records if "drops rows" in r.message]) == 1
    spool.rotate()
    for segment in taken(spool):
        spool.discard(segment)
    append(spool, ended_span())
    assert spool.rows == 1


def test_a_backlog_is_read_back_from_disk_when_memory_is_full(
    make_spool: MakeSpool, root: Path
) -> None:
    spool = make_spool(root, memory=3_000)
    for number in range(20):
        append(spool, ended_span(number, output="x" * 500))
        spool.rotate()
    segments = list(taken(spool))
    assert segments[0].batch is not None
    assert segments[-1].batch is None
    found = [spool.read(segment).spans[0] for segment in segments]
    assert found == [ended_span(n, output="x" * 500) for n in range(20)]
    for segment in segments:
        spool.discard(segment)
    append(spool, ended_span())
    spool.rotate()
    assert next(taken(spool)).batch is not None


def test_a_folder_that_cannot_be_made_keeps_rows_in_memory(
    make_spool: MakeSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool").write_text("in the way")
    spool = make_spool(tmp_path / "spool", memory=2_000)
    append(spool, ended_span(output="x" * 500))
    spool.rotate()
    (segment,) = taken(spool)
    assert spool.read(segment).spans == [ended_span(output="x" * 500)]
    assert spool.error
    assert "rows wait in memory and are lost if this process dies" in caplog.text
    for number in range(10):
        append(spool, ended_span(number, output="x" * 500))
    assert spool.rows + spool.dropped_rows == 11
    assert 0 < spool.dropped_rows < 11


def test_the_disk_is_used_again_once_it_can_be(make_spool: MakeSpool, tmp_path: Path) -> None:
    obstacle = tmp_path / "spool"
    obstacle.write_text("in the way")
    spool = make_spool(obstacle)
    append(spool, ended_span(1))
    obstacle.unlink()
    spool.adopt()
    spool.rotate()
    append(spool, ended_span(2))
    assert spool.error == ""
    assert len(files(obstacle)) == 1


def test_a_disk_that_fills_up_leaves_no_torn_lines(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root)
    append(spool, ended_span(1))

    class FullDisk:
        def __init__(self, segment: Segment) -> None:
            assert segment.file is not None
            self.file = segment.file

        def write(self, data: bytes) -> int:
            self.file.write(data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")

        def truncate(self, size: int) -> int:
            return self.file.truncate(size)

        def close(self) -> None:
            self.file.close()

    assert spool._open is not None
    spool._open.file = FullDisk(spool._open)  # type: ignore[assignment]
    append(spool, ended_span(2))
    assert "No space left" in spool.error
    spool.rotate()
    first, second = taken(spool)
    assert first.path is not None
    assert first.path.read_bytes() == encode_row(ended_span(1))
    assert (second.path, spool.read(second).spans) == (None, [ended_span(2)])
