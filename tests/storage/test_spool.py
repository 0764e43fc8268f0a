"""The spool: what is on disk, what is adopted, what is lost and counted."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from spanlit.storage import Batch
from spanlit.storage.writing.journal import Row, decode_line, encode_row
from spanlit.storage.writing.segment import Segment
from spanlit.storage.writing.shedding import without_bodies
from spanlit.storage.writing.spool import DAMAGED, Spool
from spanlit.tracing.attributes import TRUNCATED
from spanlit.tracing.record import SpanEvent, SpanRecord
from spanlit.tracing.types import AttributeValue
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


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`: a write is cut short, the next one fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def lost_bytes(span: SpanRecord) -> int:
    lost = span.attributes[TRUNCATED]
    assert isinstance(lost, int)
    return lost


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


def test_a_full_spool_sheds_the_oldest_bodies_first(
    make_spool: MakeSpool, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make_spool(root, max_bytes=40_000)
    for number in range(20):
        append(spool, ended_span(number, input="x" * 4_000), thread(f"thread-{number}"))
        assert spool.size <= 40_000
        assert spool.size == sum(path.stat().st_size for path in files(root))
    assert spool.dropped_rows == 0
    assert spool.rows == 40
    assert len([r for r in caplog.records if "lose their inputs and outputs" in r.message]) == 1
    spool.rotate()
    spans = [span for segment in taken(spool) for span in spool.read(segment).spans]
    thin = [span for span in spans if not span.input]
    assert spans[: len(thin)] == thin
    assert 0 < spool.shed_bodies == len(thin) < 20
    assert all(4_000 <= lost_bytes(span) < 4_100 for span in thin)
    assert [span.span_id for span in spans] == [span_id(n) for n in range(20)]


def test_when_all_are_thin_the_oldest_spans_go_and_small_rows_stay(
    make_spool: MakeSpool, root: Path
) -> None:
    spool = make_spool(root, max_bytes=20_000)
    for number in range(40):
        append(spool, ended_span(number, input="x" * 4_000), thread(f"thread-{number}"))
        assert spool.size <= 20_000
    assert spool.rows + spool.dropped_rows == 80
    assert 0 < spool.dropped_rows < 40
    spool.rotate()
    batches = [spool.read(segment) for segment in taken(spool)]
    spans = [span.span_id for batch in batches for span in batch.spans]
    assert spans == [span_id(n) for n in range(spool.dropped_rows, 40)]
    assert [t.id for batch in batches for t in batch.threads] == [f"thread-{n}" for n in range(40)]


def test_when_nothing_else_is_left_the_oldest_rows_go(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root, max_bytes=5_000)
    for number in range(50):
        append(spool, thread(f"thread-{number}"))
        spool.rotate()
        assert spool.size <= 5_000
    assert spool.rows + spool.dropped_rows == 50
    found = [t.id for segment in taken(spool) for t in spool.read(segment).threads]
    assert found == [f"thread-{n}" for n in range(spool.dropped_rows, 50)]
    assert spool.rows > 5


def test_a_row_that_is_too_large_loses_its_bodies_or_goes(
    make_spool: MakeSpool, root: Path
) -> None:
    spool = make_spool(root, max_bytes=5_000)
    append(spool, ended_span(1))
    append(spool, ended_span(2, output="x" * 10_000))
    append(spool, ended_span(3, name="x" * 10_000))
    assert (spool.rows, spool.shed_bodies, spool.dropped_rows) == (2, 1, 1)
    spool.rotate()
    spans = [span for segment in taken(spool) for span in spool.read(segment).spans]
    assert [(span.span_id, span.output) for span in spans] == [(span_id(1), ""), (span_id(2), "")]


def test_a_segment_keeps_its_id_when_it_is_shed(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root, max_bytes=20_000)
    append(spool, ended_span(1, input="x" * 9_000), ended_span(2))
    spool.rotate()
    (before,) = spool.undelivered()
    segment = spool.take()
    assert segment
    spool.give_back()
    append(spool, ended_span(3, input="x" * 9_000))
    append(spool, ended_span(4, input="x" * 9_000))
    segment = spool.take()
    assert segment
    assert segment.batch_id == before
    assert [span.input for span in spool.read(segment).spans] == ["", ""]


def test_what_is_being_sent_is_left_alone(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root, max_bytes=40_000)
    append(spool, ended_span(1, input="x" * 9_000))
    spool.rotate()
    segment = spool.take()
    assert segment
    for number in range(2, 9):
        append(spool, ended_span(number, input="x" * 9_000))
    assert spool.read(segment).spans == [ended_span(1, input="x" * 9_000)]
    assert spool.dropped_rows == 0
    spool.discard(segment)
    assert spool.size == sum(path.stat().st_size for path in files(root))


def test_thinning_takes_what_people_and_models_said_and_keeps_the_rest() -> None:
    span = ended_span(
        input="question",
        output="answer",
        events=[SpanEvent("e", 5, {"k": 1})],
        attributes={
            "gen_ai.input.messages": "question",
            "llm.input_messages.0.content": "question",
            "my.document": "x" * 2_000,
            "spanlit.output.blob": "sha256",
            "gen_ai.request.model": "gpt-4o",
        },
        model="gpt-4o",
        cost_usd=0.5,
    )
    batch = Batch("")
    line = encode_row(span)
    thin = without_bodies(line)
    decode_line(thin.rstrip(b"\n"), batch)
    (found,) = batch.spans
    lost = lost_bytes(found)
    kept: dict[str, AttributeValue] = {
        TRUNCATED: lost,
        "spanlit.output.blob": "sha256",
        "gen_ai.request.model": "gpt-4o",
    }
    assert found == replace(span, input="", output="", events=[], attributes=kept)
    assert 2_000 < lost < len(line)
    assert without_bodies(thin) is thin
    for other in (encode_row(ended_span()), b"rubbish\n"):
        assert without_bodies(other) is other


def test_a_spool_that_overflows_for_long_stays_quick(make_spool: MakeSpool, root: Path) -> None:
    """The cost of a row does not depend on how many wait."""

    def cost_of(max_bytes: int) -> float:
        spool = make_spool(root / str(max_bytes), max_bytes=max_bytes)
        row = ended_span(1, output="x" * 1_000)
        rows, lines = [row] * 20, [encode_row(row)] * 20

        def overflow(appends: int) -> float:
            started = time.process_time()
            for _ in range(appends):
                spool.append(rows, lines)
                if spool.open_size >= spool.segment_size:
                    spool.rotate()
            return (time.process_time() - started) / appends

        overflow(3 * max_bytes // len(b"".join(lines)))
        return overflow(400)

    assert cost_of(16 * MEGABYTE) < 5 * cost_of(MEGABYTE) + 0.001


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


def test_what_is_being_sent_is_written_too_once_the_disk_takes_it(
    make_spool: MakeSpool, tmp_path: Path
) -> None:
    obstacle = tmp_path / "spool"
    obstacle.write_text("in the way")
    spool = make_spool(obstacle)
    append(spool, ended_span(1))
    spool.rotate()
    (segment,) = taken(spool)
    obstacle.unlink()
    spool.retry_disk()
    assert spool.unsaved_rows == 0
    assert segment.path is not None
    spool.discard(segment)
    assert files(obstacle) == []


def test_closing_tries_the_disk_once_more(make_spool: MakeSpool, tmp_path: Path) -> None:
    obstacle = tmp_path / "spool"
    obstacle.write_text("in the way")
    spool = make_spool(obstacle)
    append(spool, ended_span(1))
    spool.rotate()
    append(spool, ended_span(2))
    spool.take()
    obstacle.unlink()
    spool.close()
    assert (len(files(obstacle)), spool.dropped_rows) == (2, 0)


def test_a_disk_that_fills_up_leaves_no_torn_lines(make_spool: MakeSpool, root: Path) -> None:
    spool = make_spool(root)
    append(spool, ended_span(1))

    with file_size_limit(len(encode_row(ended_span(1))) + 10):
        append(spool, ended_span(2))
    assert "File too large" in spool.error
    spool.rotate()
    first, second = taken(spool)
    assert first.path is not None
    assert first.path.read_bytes() == encode_row(ended_span(1))
    assert (second.path, spool.read(second).spans) == (None, [ended_span(2)])
