"""Storage goes away: the chat goes on, everyone is told, and nothing is lost."""

from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.errors import DataFolderError
from spanlit.storage import Batch, StoreRefused, StoreUnavailable
from spanlit.storage.memory import MemoryStore
from spanlit.storage.models import Page, Thread
from spanlit.testing import ChatClient, CommandRefusedError
from tests.server.support import browsing, chatting, make_config, serving


class Switched(MemoryStore):
    """A store that can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def _check(self) -> None:
        if self.away:
            raise StoreUnavailable("somebody pulled the plug")

    async def open(self, *, migrate: bool = True) -> None:
        self._check()

    async def ping(self) -> None:
        self._check()

    async def write(self, batch: Batch) -> int:
        self._check()
        return await super().write(batch)

    async def thread(self, project: str, thread_id: str) -> Thread | None:
        self._check()
        return await super().thread(project, thread_id)

    async def threads(
        self, project: str, user_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Thread]:
        self._check()
        return await super().threads(project, user_id, limit=limit, cursor=cursor)


def echoing(config_dir: Path, store: Switched, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr("spanlit.server.stores.open_store", lambda url, *, data_dir: store)
    app = App(make_config(config_dir, url="clickhouse://elsewhere"))
    with app.loading():

        @cl.on_message
        async def answer(message: cl.Message) -> None:
            await cl.Message(message.content).send()

    return app


async def test_the_chat_goes_on_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Switched()
    async with (
        serving(echoing(tmp_path, store, monkeypatch)) as url,
        ChatClient(url) as chat,
        browsing(chat) as http,
    ):
        await chat.send("before")
        store.away = True

        assert (await chat.send("during")).text == "during"
        status = await chat.wait_for(
            lambda _: chat.status if chat.status and chat.status.storage == "away" else None
        )
        assert "log of the server" in status.hint
        assert "plug" not in status.hint
        assert "plug" in caplog.text
        assert (await http.get("/api/status")).json()["storage"] == "away"
        refused = await http.get("/api/threads")
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "unavailable"
        with pytest.raises(CommandRefusedError, match="unavailable"):
            await chat.command("thread-open", thread_id="0198c0de-0000-7000-8000-000000000000")
        await chat.open()
        assert (await chat.send("new thread")).text == "new thread"

        store.away = False
        await chat.wait_for(lambda _: chat.status and chat.status.storage == "ok")
        names = {thread.name for thread in await chat.threads()}
        assert names == {"before", "new thread"}

    texts = {
        span.output
        for thread_id in {state.thread.id for state in chat._states.values() if state.thread}
        for span in await store.thread_spans("default", thread_id)
        if span.kind == "message"
    }
    assert texts == {"before", "during", "new thread"}


async def test_a_server_starts_without_its_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Switched()
    store.away = True
    async with chatting(echoing(tmp_path, store, monkeypatch)) as chat:
        assert (await chat.send("hello")).text == "hello"
        store.away = False
        await chat.wait_for(lambda _: chat.status and chat.status.storage == "ok")


async def test_a_server_does_not_start_on_a_store_that_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Newer(Switched):
        async def open(self, *, migrate: bool = True) -> None:
            raise StoreRefused("the schema is newer than this version; upgrade Spanlit")

    with pytest.raises(DataFolderError, match="upgrade Spanlit"):
        await echoing(tmp_path, Newer(), monkeypatch).startup()


async def test_a_process_goes_on_until_its_last_app_has_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Switched()
    one = echoing(tmp_path / "one", store, monkeypatch)
    other = echoing(tmp_path / "other", store, monkeypatch)
    await one.startup()
    await other.startup()
    await one.shutdown()
    (process,) = await store.processes()
    assert not process.stopped
    await other.shutdown()
    (process,) = await store.processes()
    assert process.stopped
