"""Files of exports: whole or not there, and what is wrong with one is said by its line."""

import gzip
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from spanlit.storage.memory import MemoryStore
from spanlit.storage.transfer.errors import DamagedInput, TransferError
from spanlit.storage.transfer.files import placing, writing
from spanlit.storage.transfer.importing import incoming
from spanlit.storage.writing.journal import dump_row
from spanlit.tracing.record import SpanRecord
from tests.storage.support import ended_span, thread
from tests.storage.transfer_support import export, put


@pytest.fixture
async def exported(tmp_path: Path) -> Path:
    """A file with three spans and a thread."""
    store = MemoryStore()
    await put(store, [*[ended_span(number) for number in (1, 2, 3)], thread()], "batch")
    path = tmp_path / "out.jsonl"
    await export(store, path)
    return path


def names(path: Path, *, skip_damaged: bool = False) -> tuple[list[str], list[str]]:
    """Names of the rows in a file, and what was said about damage."""
    with incoming(path, skip_damaged=skip_damaged) as found:
        rows = [row.name for row in found.rows if hasattr(row, "name")]
    return rows, found.damage


def test_the_first_line_says_what_is_in_it(exported: Path) -> None:
    header = json.loads(exported.read_text().splitlines()[0])

    assert header["format"] == "spanlit"
    assert header["version"] == 1
    assert header["projects"] == "all"


def test_a_damaged_line_stops_by_its_number(exported: Path) -> None:
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join([*lines[:2], lines[2][:40] + "\n", *lines[3:]]))

    with pytest.raises(DamagedInput, match=r"line 3 is damaged"):
        names(exported)
    assert names(exported, skip_damaged=True) == (
        ["span 1", "span 3", "About thread-1"],
        [f"{exported}: line 3 is damaged: it is not the JSON of a row"],
    )


def test_a_row_that_lacks_a_field_is_damage(exported: Path) -> None:
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join([lines[0], '["spans", {"name": "x"}]\n', *lines[1:]]))

    _, damage = names(exported, skip_damaged=True)

    assert len(damage) == 1
    assert "line 2 is damaged" in damage[0]
    assert "it lacks trace_id" in damage[0]


def test_a_file_that_was_cut_off_is_known(exported: Path) -> None:
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join(lines[:3]))

    with pytest.raises(DamagedInput, match="ends too early"):
        names(exported)


def test_compressed_files_are_known_by_their_content(exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "renamed"
    other.write_bytes(gzip.compress(exported.read_bytes()))

    assert len(names(other)[0]) == 4


def test_a_compressed_file_that_was_cut_off(exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "out.jsonl.gz"
    other.write_bytes(gzip.compress(exported.read_bytes())[:-20])

    with pytest.raises(DamagedInput, match="damaged or incomplete"):
        names(other)


def test_tables_and_fields_of_a_later_version_are_left_out(exported: Path) -> None:
    lines = exported.read_text().splitlines()
    lines.insert(1, '["planets", {"id": "mars"}]')
    table, values = json.loads(lines[2])
    lines[2] = json.dumps([table, values | {"mood": "good"}])
    exported.write_text("\n".join(lines))

    with incoming(exported) as found:
        rows = list(found.rows)

    assert len(rows) == 4
    assert found.unknown == {"planets": 1}


def test_a_later_format_asks_for_an_update(exported: Path) -> None:
    lines = exported.read_text().splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | {"version": 2, "spanlit": "9.0"})
    exported.write_text("\n".join(lines))

    with pytest.raises(TransferError, match=r"written by Spanlit 9\.0 in a newer format"):
        names(exported)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00\xff\x12", b"[1, 2]\n", b'{"a": 1}\n'])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(content)

    with pytest.raises(TransferError, match="is not a file that can be imported: JSONL or Parquet"):
        names(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="No such file or directory"):
        names(tmp_path / "none.jsonl")


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    def fail() -> None:
        with writing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_pipes_and_devices_are_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    with (
        pytest.raises(TransferError, match="is a device or the like"),
        writing(path, overwrite=True),
    ):
        pass

    assert path.is_fifo()


def test_files_that_are_there_are_kept(exported: Path) -> None:
    before = exported.read_bytes()

    with pytest.raises(TransferError, match="exists already"), writing(exported):
        pass

    assert exported.read_bytes() == before


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(TransferError, match="has other files"), placing(folder, overwrite=True):
        pass

    assert (folder / "thesis.txt").exists()


async def test_foreign_parquet_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"a": [1]}), path)

    with pytest.raises(TransferError, match="is not an export of Spanlit"):
        names(path)


async def test_parquet_has_types(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    store = MemoryStore()
    await put(store, [ended_span(1, cost_usd=0.5, attributes={"a": 1})], "batch")
    await export(store, tmp_path / "out.parquet")

    table = pq.read_table(tmp_path / "out.parquet" / "spans.parquet")

    assert table.schema.field("start_time_ns").type == pa.timestamp("ns", "UTC")
    assert table.schema.field("cost_usd").type == pa.float64()
    assert table.schema.field("input_tokens").type == pa.int64()
    assert table.column("attributes").to_pylist() == ['{"a":1}']


async def test_damaged_parquet_is_said(tmp_path: Path) -> None:
    store = MemoryStore()
    await put(store, [ended_span(1)], "batch")
    await export(store, tmp_path / "out.parquet")
    path = tmp_path / "out.parquet" / "spans.parquet"
    path.write_bytes(path.read_bytes()[:-50])

    with pytest.raises(DamagedInput, match=r"spans\.parquet is damaged"):
        names(tmp_path / "out.parquet")


async def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """50 MB are read, and few are held at any moment."""
    path = tmp_path / "out.jsonl.gz"
    rows = 5_000
    with writing(path) as file:
        file.write(b'{"format":"spanlit","version":1}\n')
        for number in range(rows):
            file.write(dump_row(ended_span(number + 1, input="x" * 10_000)) + b"\n")
        file.write(b'["end",{}]\n')
    tracemalloc.start()
    with incoming(path) as found:
        count = sum(isinstance(row, SpanRecord) for row in found.rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == rows
    assert peak < 5 * 2**20
