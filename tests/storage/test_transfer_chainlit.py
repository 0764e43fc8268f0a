"""What Chainlit's data layers stored comes over: recorded databases, see `chainlit/README.md`."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from spanlit.storage import Store
from spanlit.storage.blobs.store import open_blobs
from spanlit.storage.memory import MemoryStore
from spanlit.storage.models import Element, Score, Thread
from spanlit.storage.transfer.chainlit.database import connected
from spanlit.storage.transfer.chainlit.mapping import ChainlitImport
from spanlit.storage.transfer.chainlit.source import recognise
from spanlit.storage.transfer.errors import TransferError
from spanlit.storage.transfer.loader import Loader
from spanlit.storage.transfer.local_files import LocalFiles
from spanlit.tracing.record import SpanRecord
from tests.storage.postgres_server import PostgresServer
from tests.storage.transfer_support import contents

DUMPS = Path(__file__).parent / "chainlit"
TIDES = "ee84050b-1b17-5fe8-9f71-0983f1fceccc"
CHART = "8b716256-a1e7-5889-bb07-546edbc11342"
SILENT = "bccb45e9-672a-59c1-86ff-8eba4926f256"


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


Trees = dict[str, list[tuple[int, str, str, str]]]


def sqlite_database(path: Path, sql: str) -> str:
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()
    return str(path)


@pytest.fixture(params=["official", "sqlalchemy", "sqlite"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each of the recorded databases, by its URL or path."""
    dump = (DUMPS / f"{request.param}.sql").read_text("utf-8")
    if request.param == "sqlite":
        yield sqlite_database(tmp_path / "chainlit.db", dump)
        return
    server: PostgresServer = request.getfixturevalue("postgres18")
    url = server.new_database()
    server.run_sql(dump, database=url.rpartition("/")[2])
    # As SQLAlchemy's users write it.
    yield url.replace("postgresql:", "postgresql+asyncpg:", 1)
    server.drop_database(url)


async def take_over(source: str, store: Store, files: LocalFiles | None = None) -> Counter[str]:
    """Import a database; return what did not come."""
    async with connected(source) as database:
        found = await recognise(database)
        chainlit = ChainlitImport(found, keep_file=files.keep) if files else ChainlitImport(found)
        loader = Loader(store)
        async for row in chainlit.rows():
            await loader.add(row)
        await loader.flush()
    return chainlit.skipped


async def trees(store: Store, thread_id: str) -> Trees:
    """The turns of a thread by question: level, kind, name and output of each span."""
    roots = await store.thread_spans("default", thread_id, kinds=("turn",))
    found: Trees = {}
    for root in roots:
        spans = await store.trace("default", root.trace_id)
        found[root.input] = list(walk(root, spans, 0))
    return found


def walk(
    span: SpanRecord, spans: list[SpanRecord], level: int
) -> Iterator[tuple[int, str, str, str]]:
    yield level, span.kind, span.name, span.output
    for child in spans:
        if child.parent_span_id == span.span_id:
            yield from walk(child, spans, level + 1)


async def test_a_thread_becomes_turns(source: str, memory: MemoryStore) -> None:
    await take_over(source, memory)

    found = await trees(memory, CHART)

    assert found == {
        "Draw me a chart": [
            (0, "turn", "on_message", "Here it is."),
            (1, "message", "user message", "Draw me a chart"),
            (1, "chain", "plan", "1. data 2. chart"),
            (2, "retrieval", "search", '[{"id":1},{"id":2}]'),
            (1, "message", "assistant message", "Here it is."),
        ]
    }


async def test_what_came_before_the_first_message_is_a_turn_too(
    source: str, memory: MemoryStore
) -> None:
    await take_over(source, memory)

    found = await trees(memory, TIDES)

    hello = "Hello! Ask me about tides."
    assert list(found) == ["", "When is high tide in Bremerhaven?", "And in Cuxhaven?"]
    assert found[""] == [
        (0, "turn", "on_chat_start", hello),
        (1, "message", "assistant message", hello),
    ]


async def test_errors_and_model_calls(source: str, memory: MemoryStore) -> None:
    await take_over(source, memory)

    spans = [s for s in await contents(memory) if isinstance(s, SpanRecord)]
    by_output = {span.output: span for span in spans if span.kind != "turn"}
    failed = by_output["TimeoutError: the service did not answer"]
    model_call = by_output["At 14:05."]
    assert (failed.kind, failed.status) == ("tool", "error")
    assert (model_call.kind, model_call.name) == ("llm", "gpt-4o-mini")
    if model_call.model:  # the official layer keeps no model calls
        assert (model_call.provider, model_call.model) == ("openai", "gpt-4o-mini")
        assert (model_call.input_tokens, model_call.output_tokens) == (210, 9)
        assert model_call.ttft_ms == 312.5
        assert model_call.cost_usd > 0
        assert model_call.duration_ns == 2 * 10**9


async def test_feedback_becomes_scores_on_the_answers(source: str, memory: MemoryStore) -> None:
    await take_over(source, memory)

    rows = await contents(memory)
    answers = {row.span_id: row.output for row in rows if isinstance(row, SpanRecord)}
    scores = [row for row in rows if isinstance(row, Score)]
    assert {answers[score.span_id]: (score.value, score.comment) for score in scores} == {
        "High tide is at 14:05 — 🌊.": (1.0, "spot on"),
        "I could not find out.": (0.0, ""),
    }
    assert {(score.name, score.source, score.thread_id) for score in scores} == {
        ("user-feedback", "user", TIDES)
    }


async def test_threads_have_owners_dates_and_tags(source: str, memory: MemoryStore) -> None:
    await take_over(source, memory)

    thread = await memory.thread("default", TIDES)
    assert thread is not None
    assert thread.name == "When is high tide in Bremerhaven?"
    start = datetime.fromisoformat("2026-03-02T09:00:00.250+00:00")
    assert thread.created_at_ns == int(start.timestamp() * 1000) * 10**6
    if thread.tags:  # in SQLite the layer lost owner and tags, see README.md
        owner = await memory.user("default", thread.user_id)
        assert thread.tags == ("Tides",)
        assert thread.metadata == {"chat_profile": "Tides"}
        assert owner is not None
        assert owner.identifier == "ada@example.org"
        assert owner.metadata["role"] == "skipper"


async def test_files_become_blobs(source: str, tmp_path: Path) -> None:
    before = await chart_of(source)
    key = str(before.props["objectKey"])
    path = tmp_path / "files" / key
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PNG of a chart")
    blobs = open_blobs("", folder=tmp_path / "blobs", max_bytes=2**20)

    after = await chart_of(source, LocalFiles(tmp_path / "files", blobs))

    assert before.object_key == ""
    assert await blobs.read(after.object_key) == b"PNG of a chart"
    assert (after.size, after.mime, after.url) == (14, "image/png", "")


async def chart_of(source: str, files: LocalFiles | None = None) -> Element:
    store = MemoryStore()
    await take_over(source, store, files)
    (element,) = await store.elements("default", CHART)
    return element


async def test_keys_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "secret").write_text("x")
    files = LocalFiles(tmp_path / "files", open_blobs("memory:", folder=tmp_path, max_bytes=100))

    assert await files.keep("../secret") is None
    assert await files.keep(str(tmp_path / "secret")) is None
    (tmp_path / "files" / "link").symlink_to(tmp_path / "secret")
    assert await files.keep("link") is None
    for key in ("a\0b", "x" * 5_000, "a/" * 5_000):
        assert await files.keep(key) is None


async def test_importing_again_changes_nothing(source: str, store: Store) -> None:
    await take_over(source, store)
    once = await contents(store)

    await take_over(source, store)

    assert await contents(store) == once


async def test_what_did_not_come_is_counted(source: str, memory: MemoryStore) -> None:
    skipped = await take_over(source, memory)

    assert skipped["files of elements that are not here (their rows came)"] in (1, 2)
    assert skipped["owners of threads, which Chainlit has none of (the threads came)"] in (1, 2)


async def test_dates_of_empty_threads_are_local(
    source: str, memory: MemoryStore, tmp_path: Path
) -> None:
    await take_over(source, memory)
    in_utc = await memory.thread("default", SILENT)
    async with connected(source) as database:
        chainlit = ChainlitImport(await recognise(database), zone=ZoneInfo("Asia/Tokyo"))
        rows = [row async for row in chainlit.rows()]

    assert in_utc is not None
    (in_tokyo,) = [row for row in rows if isinstance(row, Thread) and row.id == SILENT]
    assert in_utc.created_at_ns - in_tokyo.created_at_ns == 9 * 3600 * 10**9


async def test_deleted_threads_and_orphans_stay_behind(tmp_path: Path, memory: MemoryStore) -> None:
    dump = (DUMPS / "sqlite.sql").read_text("utf-8")
    path = sqlite_database(tmp_path / "chainlit.db", dump)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM threads WHERE id = ?", (CHART,))
    connection.commit()
    connection.close()

    skipped = await take_over(path, memory)

    assert skipped["steps of threads that are gone"] == 5
    assert skipped["elements of threads that are gone"] == 1
    assert await memory.thread_spans("default", CHART) == []


async def test_values_of_other_types_stay_behind(tmp_path: Path, memory: MemoryStore) -> None:
    dump = (DUMPS / "sqlite.sql").read_text("utf-8")
    path = sqlite_database(tmp_path / "chainlit.db", dump)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE feedbacks SET value = 'x', comment = x'ff'")
    connection.execute("UPDATE elements SET name = x'ff', objectKey = x'ff'")
    connection.execute("UPDATE threads SET id = '' WHERE id = ?", (SILENT,))
    connection.commit()
    connection.close()
    (tmp_path / "files").mkdir()

    files = LocalFiles(tmp_path / "files", open_blobs("memory:", folder=tmp_path, max_bytes=100))
    skipped = await take_over(path, memory, files)

    assert skipped["scores whose comment makes no sense"] > 0
    assert skipped["elements whose name makes no sense"] > 0
    assert skipped["threads whose id makes no sense"] == 1
    assert await memory.thread("default", "") is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.db", None, "There is no file"),
        ("text.db", b"This is no database at all, but quite a long text. " * 50, "cannot be read"),
        ("empty.db", b"", "it is empty"),
    ],
)
async def test_other_files_are_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(TransferError, match=message):
        async with connected(str(path)) as database:
            await recognise(database)


async def test_refusals_of_postgres(postgres18: PostgresServer) -> None:
    url = postgres18.url()
    for wrong, message in (
        (url.replace("p%40ss", "wrong"), "refuses the user or the password"),
        (f"{url}_none", "There is no such database"),
        ("postgresql://u:secret@127.0.0.1:1/x", "cannot be reached"),
        ("mysql://u:secret@host/x", "is no database of Chainlit that can be read"),
    ):
        with pytest.raises(TransferError, match=message) as caught:
            async with connected(wrong):
                pass
        assert "secret" not in str(caught.value)
        assert "ss/word" not in str(caught.value)
