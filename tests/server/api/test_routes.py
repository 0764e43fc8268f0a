"""The REST interface: what is answered to whom."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import orjson
import pytest

import spanlit as cl
from spanlit.server.api.body_limit import MAX_BODY_BYTES
from spanlit.server.app import App
from spanlit.server.live.conversation import Conversation
from spanlit.server.live.conversations import flush_recorder
from spanlit.server.live.refusal import Refusal
from spanlit.server.live.schema import document
from spanlit.storage.models import Thread
from spanlit.storage.store import Deleted
from spanlit.testing import ChatClient
from tests.server.support import browsing, chatting, make_app, make_config, serving
from tests.storage.support import TRACE, ended_span, span_id


def echo() -> None:
    @cl.on_message
    async def answer(message: cl.Message) -> None:
        if message.content == "wait":
            await asyncio.Event().wait()
        async with cl.Step("work", type="tool") as step:
            step.input = {"query": message.content}
            step.output = "x" * 1_000
        await cl.Message(message.content).send()


@pytest.fixture
def app(tmp_path: Path) -> App:
    return make_app(make_config(tmp_path), echo)


async def test_the_configuration_says_what_the_page_needs(app: App) -> None:
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        config = (await http.get("/api/config")).json()

        assert config.pop("user_id")
        assert config.pop("version")
        assert [score["name"] for score in config.pop("scores")] == ["user-feedback"]
        assert config == {
            "name": "Assistant",
            "description": "",
            "trace": "full",
            "default_theme": "system",
        }


async def test_a_trace_outside_of_threads_is_nobodys(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        me = (await http.get("/api/config")).json()["user_id"]
        # As an import of somebody else's file may bring it in.
        app.runtime.writer.put(Thread("", me, "Mine", 1, 1))
        app.runtime.writer.put(ended_span(1, thread_id=""))
        assert await app.runtime.writer.aflush()
        for path in ("", f"/spans/{span_id(1)}", f"/spans/{span_id(1)}/output", "/scores"):
            assert (await http.get(f"/api/traces/{TRACE}{path}")).status_code == 404
        score = {"trace_id": TRACE, "value": True}
        assert (await http.put("/api/scores", json=score)).status_code == 404


async def test_health_and_status(app: App) -> None:
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        assert (await http.get("/health")).json() == {"status": "ok"}
        assert (await http.get("/api/status")).json()["storage"] == "memory"


async def test_threads_come_in_pages_latest_first(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        for number in range(5):
            await chat.open()
            await chat.send(f"thread {number}")
        assert await app.runtime.writer.aflush()

        names: list[str] = []
        cursor: str | None = None
        while True:
            page = (await http.get("/api/threads", params=_query(limit=2, cursor=cursor))).json()
            names += [thread["name"] for thread in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break

        assert names == [f"thread {number}" for number in (4, 3, 2, 1, 0)]


def _cursor(time_ns: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([time_ns, "x"])).decode().rstrip("=")


def _query(**values: object) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value is not None}


async def test_a_thread_is_renamed_and_deleted(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        answer = await chat.send("first")
        path = f"/api/threads/{chat.thread_id}"

        renamed = await http.patch(path, json={"name": "Spans"})
        assert renamed.json()["name"] == "Spans"
        await chat.wait_for(lambda state: state.thread and state.thread.name == "Spans")

        deleted = await http.delete(path)
        assert deleted.status_code == 200
        assert deleted.json() == {"rows": {"spans": 4, "threads": 1}, "blobs": 0, "blobs_left": 0}
        await chat.wait_for(lambda state: state.removed)
        assert await chat.threads() == []
        for gone in (path, f"/api/traces/{answer.turn.trace_id}"):
            assert (await http.get(gone)).status_code == 404


async def test_a_thread_cannot_be_opened_while_it_is_deleted(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        await chat.send("first")
        store = await app.runtime.reader.store()
        housekeeping = store.housekeeping
        delete = housekeeping.delete_thread
        opening: list[asyncio.Task[Conversation]] = []

        async def open_and_delete(project: str, thread_id: str) -> Deleted:
            user_id = (await chat.get("api/config"))["user_id"]
            opening.append(asyncio.create_task(app.conversations.open(user_id, thread_id)))
            for _ in range(100):  # it gets as far as it can
                await asyncio.sleep(0)
            return await delete(project, thread_id)

        monkeypatch.setattr(housekeeping, "delete_thread", open_and_delete)
        assert (await http.delete(f"/api/threads/{chat.thread_id}")).status_code == 200
        with pytest.raises(Refusal, match="no such thread"):
            await opening[0]


async def test_deleting_a_thread_stops_what_runs_in_it(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        await chat.post("wait")
        await chat.wait_for(lambda state: state.turns)

        assert (await http.delete(f"/api/threads/{chat.thread_id}")).status_code == 200
        assert len(app.runtime.hub) == 0
        await chat.wait_for(lambda state: state.removed)
        await flush_recorder()
        assert chat.events[-1].type == "thread-remove"
        assert await chat.threads() == []


@pytest.mark.parametrize("settled", [False, True], ids=["live", "stored"])
async def test_a_trace_and_its_spans_can_be_read(app: App, settled: bool) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        answer = await chat.send("hello")
        await chat.wait_for(lambda state: state.thread and not state.thread.running)
        if settled:
            hub = app.runtime.hub
            assert await app.runtime.settler.settle_now(hub, *hub)
            assert all(conversation.state.empty for conversation in hub)

        trace = (await http.get(f"/api/traces/{answer.turn.trace_id}")).json()
        assert trace["thread_id"] == chat.thread_id
        spans = {span["name"]: span for span in trace["spans"]}
        assert set(spans) == {"on_message", "user message", "work", "assistant message"}
        assert len(spans["work"]["output_preview"]) == 200

        work = (
            await http.get(f"/api/traces/{trace['trace_id']}/spans/{spans['work']['span_id']}")
        ).json()
        assert work["output"] == "x" * 1_000
        assert "hello" in work["input"]
        assert work["kind"] == "tool"
        assert work["user_id"] == (await http.get("/api/config")).json()["user_id"]


async def test_a_running_span_can_be_read(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        await chat.post("wait")
        turn = await chat.wait_for(lambda state: next(iter(state.turns.values()), None))

        detail = (await http.get(f"/api/traces/{turn.trace_id}/spans/{turn.span_id}")).json()

        assert detail["status"] == "running"
        assert detail["end_us"] is None
        await chat.stop()


Foreign = Callable[[ChatClient, str, str], str]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/threads/{thread}"),
        ("PATCH", "/api/threads/{thread}"),
        ("DELETE", "/api/threads/{thread}"),
        ("GET", "/api/traces/{trace}"),
        ("GET", "/api/traces/{trace}/spans/{span}"),
    ],
)
@pytest.mark.parametrize("settled", [False, True], ids=["live", "stored"])
async def test_what_is_somebody_elses_does_not_exist(
    app: App, method: str, path: str, settled: bool
) -> None:
    async with serving(app) as url, ChatClient(url) as owner, ChatClient(url) as thief:
        answer = await owner.send("secret")
        await owner.wait_for(lambda state: state.thread and not state.thread.running)
        await owner.disconnect()
        if settled:
            hub = app.runtime.hub
            assert await app.runtime.settler.settle_now(hub, *hub)
            for conversation in hub:
                hub.discard(conversation)
        body = {"name": "stolen"} if method == "PATCH" else None
        foreign = path.format(
            thread=owner.thread_id, trace=answer.turn.trace_id, span=answer.turn.span_id
        )
        missing = path.format(thread=uuid.uuid4(), trace="1" * 32, span="1" * 16)

        async with browsing(thief) as http:
            refused = await http.request(method, foreign, json=body)
            unknown = await http.request(method, missing, json=body)

        assert refused.status_code == unknown.status_code == 404
        assert refused.json() == unknown.json()
        async with browsing(owner) as http:
            read = (await http.get(f"/api/threads/{owner.thread_id}")).json()
        assert read["thread"]["name"] == "secret"
        assert len(read["messages"]) == 2


async def test_lists_show_only_ones_own(app: App) -> None:
    async with serving(app) as url, ChatClient(url) as owner, ChatClient(url) as other:
        await owner.send("mine")

        assert len(await owner.threads()) == 1
        assert await other.threads() == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/api", 404, "not-found"),
        ("GET", "/ws/other", 404, "not-found"),
        ("GET", "/assets/missing.js", 404, "not-found"),
        ("POST", "/api/threads", 405, "method-not-allowed"),
        ("GET", "/api/threads?limit=0", 422, "invalid"),
        ("GET", "/api/threads?limit=many", 422, "invalid"),
        ("GET", "/api/threads?cursor=nonsense", 422, "invalid"),
        ("GET", f"/api/threads?cursor={_cursor(True)}", 422, "invalid"),
        ("GET", f"/api/threads?cursor={_cursor(2**64 - 1)}", 422, "invalid"),
        ("GET", "/api/threads/1", 422, "invalid"),
        ("GET", "/api/traces/XYZ", 422, "invalid"),
        ("GET", "/docs", 200, ""),
        ("GET", "/openapi.json", 404, "not-found"),
    ],
)
async def test_every_error_has_the_same_shape(
    app: App, method: str, path: str, status: int, code: str
) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        response = await http.request(method, path)

        assert response.status_code == status
        if code:
            error = response.json()["error"]
            assert error["code"] == code
            assert error["message"]


async def test_a_body_beyond_the_limit_is_not_read_to_its_end(app: App) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 20 * MAX_BODY_BYTES:
            sent += 100_000
            yield b" " * 100_000

    async with chatting(app) as chat, browsing(chat) as http:
        address = f"/api/threads/{chat.thread_id}"
        response = await http.patch(
            address, content=endless(), headers={"Content-Type": "application/json"}
        )

        assert response.status_code == 413
        assert "1,000,000 bytes" in response.json()["error"]["message"]
        assert (await http.patch(address, json={"name": "small"})).status_code == 200


async def test_an_unexpected_error_tells_nothing(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    @app.api.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the password is hunter2")

    app.api.router.routes.insert(0, app.api.router.routes.pop())
    async with chatting(app) as chat, browsing(chat) as http:
        response = await http.get("/api/broken")

        assert response.status_code == 500
        assert response.json()["error"]["code"] == "internal"
        assert "hunter2" not in response.text
        assert "hunter2" in caplog.text


async def test_the_interface_is_documented_for_generators(app: App) -> None:
    paths = document(app.api)["paths"]

    assert set(paths) == {
        "/api/config",
        "/api/me",
        "/api/retention",
        "/api/status",
        "/api/threads",
        "/api/threads/{thread_id}",
        "/api/threads/{thread_id}/elements/{element_id}/content",
        "/api/scores",
        "/api/threads/{thread_id}/scores",
        "/api/traces/{trace_id}",
        "/api/traces/{trace_id}/scores",
        "/api/traces/{trace_id}/spans/{span_id}",
        "/api/traces/{trace_id}/spans/{span_id}/{body}",
        "/health",
    }
