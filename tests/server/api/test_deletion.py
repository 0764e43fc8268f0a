"""Deleting a thread or oneself: nothing is left, and the answer says what is gone."""

import asyncio
from pathlib import Path

import httpx2
import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.config_retention import BlobsConfig, RetentionConfig
from spanlit.server.errors import StartError
from spanlit.storage.explore.query import Condition, SpanQuery
from spanlit.storage.models import Element
from spanlit.storage.store import TABLES
from spanlit.testing import ChatClient
from tests.server.support import browsing, chatting, make_app, make_config, serving

WORD = "Zanzibarsecret"
FOR_EVER = 2**62


def tell() -> None:
    @cl.on_message
    async def answer(message: cl.Message) -> None:
        async with cl.Step("tell", type="tool") as step:
            step.input = message.content
            step.output = message.content * 200  # so long that it becomes a blob
        await cl.Message(f"You said {message.content}").send()


@pytest.fixture(params=["memory", "embedded"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory:"
    url: str = request.getfixturevalue("embedded_url")
    return url


@pytest.fixture
def app(tmp_path: Path, url: str) -> App:
    blobs = BlobsConfig(url=f"file://{tmp_path}/blobs", inline_kb=1)
    return make_app(make_config(tmp_path, url=url).model_copy(update={"blobs": blobs}), tell)


async def tell_secret(app: App, chat: ChatClient) -> None:
    """A turn and a file with the word in them, which have reached the store."""
    answer = await chat.send(f"Keep {WORD} to yourself")
    assert app.runtime.blobs is not None
    blob = await app.runtime.blobs.put(WORD.encode())
    app.runtime.writer.put(
        Element(
            id="file",
            thread_id=chat.thread_id,
            trace_id=answer.turn.trace_id,
            span_id="",
            type="file",
            name=WORD,
            object_key=blob.key,
            created_at_ns=1,
            updated_at_ns=1,
        )
    )
    assert await app.runtime.writer.aflush()


async def places(app: App, folder: Path) -> set[str]:
    """Where the word is."""
    store = await app.runtime.reader.store()
    project = app.runtime.reader.project
    query = SpanQuery(0, FOR_EVER, where=(Condition("text", "contains", WORD),))
    found = {"search"} if (await store.explorer.spans(query)).items else set()
    for table in TABLES:
        rows = (await store.housekeeping.scan(project, table)).items
        found |= {table} if WORD in repr(rows) else set()
    return found | await asyncio.to_thread(files_with_word, folder)


def files_with_word(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*")
        if path.is_file() and WORD.encode() in path.read_bytes()
    }


async def test_a_deleted_thread_is_nowhere(app: App, tmp_path: Path) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        await tell_secret(app, chat)
        assert await places(app, tmp_path) == {"search", "spans", "threads", "elements", "blobs"}

        answer = await http.delete(f"/api/threads/{chat.thread_id}")

        report = answer.json()
        assert report["rows"]["threads"] == report["rows"]["elements"] == 1
        assert report["rows"]["spans"] >= 4
        assert (report["blobs"], report["blobs_left"]) == (2, 0)
        assert await places(app, tmp_path) == set()


async def test_a_user_who_goes_is_nowhere(app: App, tmp_path: Path) -> None:
    async with serving(app) as url, ChatClient(url) as other, ChatClient(url) as chat:
        await other.send("I stay")
        await tell_secret(app, chat)
        async with browsing(chat) as http:
            answer = await http.delete("/api/me")

            assert answer.json()["rows"]["threads"] == 1
            assert answer.json()["blobs"] == 2
            assert await places(app, tmp_path) == set()
            assert "max-age=0" in answer.headers["set-cookie"].lower()
            assert (await http.get("/api/threads")).json()["items"] == []
            assert (await http.delete("/api/me")).json()["rows"] == {}
        assert len(await other.threads()) == 1


async def test_nobody_deletes_what_is_not_theirs(app: App) -> None:
    async with serving(app) as url, ChatClient(url) as chat, ChatClient(url) as other:
        await chat.send("mine")
        async with browsing(other) as http:
            answer = await http.delete(f"/api/threads/{chat.thread_id}")
            assert answer.status_code == 404
        assert len(await chat.threads()) == 1
        async with httpx2.AsyncClient(base_url=url) as page:
            await page.get("/api/config")
            refused = await page.delete("/api/me", headers={"origin": "https://evil.example"})
            assert refused.status_code == 403


async def test_retention_runs_and_is_shown(tmp_path: Path) -> None:
    config = make_config(tmp_path).model_copy(update={"retention": RetentionConfig(threads_days=1)})
    app = make_app(config, tell)
    async with chatting(app) as chat, browsing(chat) as http:
        await chat.send("hello")
        assert (await http.get("/api/retention")).json()["runs"] == 0
        assert await app.runtime.retention.run()
        shown = (await http.get("/api/retention")).json()
        assert shown.pop("last_run_us") > 0
        assert shown == {"running": False, "runs": 1, "failed": False, "deleted": {}}
        assert len(await chat.threads()) == 1


@pytest.mark.parametrize(
    ("blobs_url", "says"),
    [
        ("s3://key:geheim@bucket", "credentials belong into"),
        ("file:///proc/none/blobs", "cannot be used"),
    ],
)
async def test_blobs_that_will_never_work_stop_the_start(
    tmp_path: Path, blobs_url: str, says: str
) -> None:
    config = make_config(tmp_path).model_copy(update={"blobs": BlobsConfig(url=blobs_url)})
    with pytest.raises(StartError) as caught:
        await make_app(config, tell).startup()
    assert says in str(caught.value)
    assert "geheim" not in str(caught.value)
