"""Importing what somebody made to harm: nothing fails but the line, and nothing bad gets in."""

import gzip
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spanlit.storage.blobs.store import open_blobs
from spanlit.storage.memory import MemoryStore
from spanlit.storage.models import Element
from spanlit.storage.transfer import blobs as blob_files
from spanlit.storage.transfer import importing
from spanlit.storage.transfer.errors import DamagedInput, TransferError
from spanlit.storage.transfer.importing import incoming
from spanlit.storage.transfer.loader import Loader
from spanlit.tracing import attributes as keys
from tests.storage.support import element, ended_span

HEADER = b'{"format":"spanlit","version":1}\n'
END = b'["end",{}]\n'
SPAN = {"trace_id": "a" * 32, "span_id": "b" * 16, "name": "n", "start_time_ns": 1}
THREAD = {"id": "t", "user_id": "u", "name": "n", "created_at_ns": 1, "updated_at_ns": 1}
SCORE = {"name": "n", "created_at_ns": 1, "updated_at_ns": 1}
ELEMENT = {**THREAD, "thread_id": "t", "trace_id": "", "span_id": "", "type": "file"}
del ELEMENT["user_id"]

CHANGES: list[dict[str, Any]] = [
    {"trace_id": "../../../etc/passwd"},
    {"trace_id": None},
    {"span_id": "B" * 16},
    {"span_id": ["b"]},
    {"parent_span_id": "<script>"},
    {"start_time_ns": "now"},
    {"start_time_ns": 2**63},
    {"end_time_ns": 1.5},
    {"version": True},
    {"kind": "evil"},
    {"status": []},
    {"input": 5},
    {"attributes": [1]},
    {"events": [{"name": 5, "time_ns": 1, "attributes": {}}]},
    {"links": [{"trace_id": "x", "span_id": "b" * 16, "attributes": {}}]},
    {"input_tokens": "many"},
    {"cost_usd": "nan"},
    {"removed": "no"},
]


async def import_all(path: Path) -> list[str]:
    """Import a file, damage skipped; returns what was said about it."""
    with incoming(path, skip_damaged=True) as found:
        loader = Loader(MemoryStore())
        for row in found.rows:
            await loader.add(row)
        await loader.flush()
    assert loader.written.total() == 0
    return found.damage


@pytest.mark.parametrize(
    ("table", "row"),
    [
        *[("spans", {**SPAN, **change}) for change in CHANGES],
        # Who owns a thread without an id would own all spans that are in none.
        ("threads", {**THREAD, "id": ""}),
        ("threads", {**THREAD, "updated_at_ns": "z"}),
        ("threads", {**THREAD, "tags": [{}]}),
        ("threads", {**THREAD, "metadata": [1]}),
        ("scores", {**SCORE, "value": "x"}),
        ("scores", {**SCORE, "trace_id": "x"}),
        ("scores", {**SCORE, "source": "root"}),
        ("elements", {**ELEMENT, "thread_id": ""}),
        ("elements", {**ELEMENT, "object_key": 5}),
    ],
)
async def test_a_row_that_nobody_could_have_written_is_damage(
    tmp_path: Path, table: str, row: dict[str, Any]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(HEADER + json.dumps([table, row]).encode() + b"\n" + END)

    (said,) = await import_all(path)
    assert "line 2 is damaged" in said


@pytest.mark.parametrize(
    "document",
    [
        5,
        "x",
        None,
        [5],
        [{"resource": 5}],
        [{"resource": {"attributes": 5}}],
        [{"scopeSpans": [5]}],
        [{"scopeSpans": [{"spans": 5}]}],
        [{"scopeSpans": [{"scope": [], "spans": []}]}],
    ],
)
async def test_what_is_not_shaped_like_otlp_is_damage(tmp_path: Path, document: Any) -> None:
    path = tmp_path / "spans.otlp"
    path.write_text(json.dumps({"resourceSpans": document}) + "\n")

    (said,) = await import_all(path)
    assert "line 1 is damaged" in said


async def test_a_line_without_end_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_LINE_BYTES", 2**20)
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write(HEADER)
        for _ in range(64):
            file.write(b" " * 2**20)
        file.write(b"\n" + END)
    tracemalloc.start()
    try:
        (said,) = await import_all(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()

    assert "line 2 is damaged: it has more than 1 MB" in said
    with pytest.raises(DamagedInput), incoming(path) as found:
        list(found.rows)


def test_invented_tables_are_not_all_remembered(tmp_path: Path) -> None:
    path = tmp_path / "tables.jsonl"
    rows = b"".join(b'["table %d%s",{}]\n' % (n, b"x" * 100) for n in range(1_000))
    path.write_bytes(HEADER + rows + END)

    with incoming(path) as found:
        assert not list(found.rows)
    assert len(found.unknown) <= importing.MAX_UNKNOWN + 1
    assert found.unknown.total() == 1_000
    assert max(map(len, found.unknown)) <= 40


@pytest.mark.parametrize("header", [b"{", b"[1]", b'{"format":"spanlit","version":1,"table":[]}'])
def test_parquet_with_another_header_is_refused(tmp_path: Path, header: bytes) -> None:
    table = pa.table({"name": ["x"]}).replace_schema_metadata({b"spanlit": header})
    pq.write_table(table, tmp_path / "x.parquet")

    with (
        pytest.raises(TransferError, match="not an export of Spanlit"),
        incoming(tmp_path / "x.parquet") as found,
    ):
        list(found.rows)


async def test_parquet_with_broken_names_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "spans.parquet"
    about = b'{"format":"spanlit","version":1,"table":"spans"}'
    table = pa.table({"nameX": ["x"]}).replace_schema_metadata({b"spanlit": about})
    pq.write_table(table, path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"nameX", b"nam\xff\xff"))

    assert "is damaged" in (await import_all(path))[0]


async def test_only_files_of_an_export_become_blobs(tmp_path: Path) -> None:
    folder = tmp_path / "out.jsonl.blobs"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (folder / ("a" * 64)).symlink_to(tmp_path / "secret")
    (folder / ("b" * 64)).mkdir()
    os.mkfifo(folder / ("c" * 64))
    (folder / "notes.txt").write_text("x")
    blobs = open_blobs("memory:", folder=tmp_path, max_bytes=100)
    said: list[str] = []

    assert await blob_files.load(folder, blobs, said.append) == 0
    assert len(said) == 4
    assert [blob async for chunk in blobs.list() for blob in chunk] == []


def test_only_hashes_become_names_of_files() -> None:
    span = ended_span(1, attributes={keys.INPUT_BLOB: "../../x", keys.OUTPUT_BLOB: "x" * 5_000})
    file: Element = element(object_key="/etc/passwd")

    assert blob_files.keys_of(span) == set()
    assert blob_files.keys_of(file) == set()
    assert blob_files.keys_of(element(object_key="a" * 64)) == {"a" * 64}
