"""Files and whole bodies: who gets them, and how a browser is kept from running them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from opentelemetry import trace

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.config_retention import BlobsConfig
from spanlit.storage.models import Element
from spanlit.testing import ChatClient
from tests.server.support import browsing, chatting, make_app, make_config

BYTES = bytes(range(256)) * 40
LONG = "From the beginning … " * 200 + "to the very end"


def long_step() -> None:
    @cl.on_message
    async def answer(message: cl.Message) -> None:
        async with cl.Step("long", type="tool") as step:
            step.input = "short"
            step.output = LONG
            trace.get_current_span().set_attribute("note", LONG)
        await cl.Message(LONG).send()


@pytest.fixture
def app(tmp_path: Path) -> App:
    config = make_config(tmp_path)
    blobs = BlobsConfig(url=f"file://{tmp_path}/blobs", inline_kb=1)
    return make_app(config.model_copy(update={"blobs": blobs}), long_step)


@asynccontextmanager
async def with_file(
    app: App, *, mime: str = "image/png", name: str = "chart.png", data: bytes = BYTES
) -> AsyncIterator[tuple[ChatClient, httpx2.AsyncClient, str]]:
    """Serve the app with a file in a thread; yields the URL of its content."""
    async with chatting(app) as chat, browsing(chat) as http:
        answer = await chat.send("hello")
        assert app.runtime.blobs is not None
        blob = await app.runtime.blobs.put(data)
        app.runtime.writer.put(
            Element(
                id="element-1",
                thread_id=chat.thread_id,
                trace_id=answer.turn.trace_id,
                span_id="",
                type="file",
                name=name,
                mime=mime,
                object_key=blob.key,
                size=blob.size,
                created_at_ns=1,
                updated_at_ns=1,
            )
        )
        assert await app.runtime.writer.aflush()
        yield chat, http, f"/api/threads/{chat.thread_id}/elements/element-1/content"


async def test_the_owner_gets_a_file(app: App) -> None:
    async with with_file(app) as (_, http, url):
        answer = await http.get(url)

        assert (answer.status_code, answer.content) == (200, BYTES)
        headers = answer.headers
        assert headers["content-type"] == "image/png"
        assert headers["content-length"] == str(len(BYTES))
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox")
        assert headers["cache-control"] == "private, no-cache"
        head = await http.head(url)
        assert (head.content, head.headers["content-length"]) == (b"", str(len(BYTES)))
        again = await http.get(url, headers={"if-none-match": headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_others_get_nothing(app: App) -> None:
    async with with_file(app) as (chat, http, url):
        async with httpx2.AsyncClient(base_url=chat.url) as nobody:
            assert (await nobody.get(url)).status_code == 401
            await nobody.get("/api/config")
            assert (await nobody.get(url)).status_code == 404
        mine = f"/api/threads/{chat.thread_id}/elements"
        assert (await http.get(f"{mine}/element-2/content")).status_code == 404
        assert (await http.get(f"{mine}/..%2felement-1/content")).status_code == 404
        foreign = url.replace(chat.thread_id, str(uuid4()))
        assert (await http.get(foreign)).json()["error"]["code"] == "unknown-thread"


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-", 206, 10, len(BYTES)),
        ("bytes=-5", 206, len(BYTES) - 5, len(BYTES)),
        ("bytes=5-999999", 206, 5, len(BYTES)),
        ("bytes=0-1,4-5", 200, 0, len(BYTES)),
        ("bytes=9-3", 200, 0, len(BYTES)),
        ("lines=1-2", 200, 0, len(BYTES)),
        (f"bytes={'9' * 5_000}-", 200, 0, len(BYTES)),
        (f"bytes=0-{'9' * 5_000}", 200, 0, len(BYTES)),
        (f"bytes=-{'9' * 5_000}", 200, 0, len(BYTES)),
        (f"bytes={len(BYTES)}-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
    ],
)
async def test_ranges(app: App, asked: str, status: int, start: int, end: int) -> None:
    async with with_file(app) as (_, http, url):
        answer = await http.get(url, headers={"range": asked})
        assert (answer.status_code, answer.content) == (status, BYTES[start:end])
        if status == 206:
            assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
        other = await http.get(url, headers={"range": asked, "if-range": '"old"'})
        assert other.status_code == 200


@pytest.mark.parametrize(
    ("mime", "served", "disposition"),
    [
        ("image/png", "image/png", "inline"),
        ("text/plain", "text/plain; charset=utf-8", "inline"),
        ("image/svg+xml", "image/svg+xml", "attachment"),
        ("text/html", "text/html; charset=utf-8", "attachment"),
        ("TEXT/HTML; charset=x", "text/html; charset=utf-8", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
        ("", "application/octet-stream", "attachment"),
        ("image/png\r\nx: y", "application/octet-stream", "attachment"),
        ("image/png, text/html", "application/octet-stream", "attachment"),
    ],
)
async def test_what_could_hold_a_script_is_no_page(
    app: App, mime: str, served: str, disposition: str
) -> None:
    async with with_file(app, mime=mime, data=b"<script>alert(1)</script>") as (_, http, url):
        headers = (await http.get(url)).headers
        assert headers["content-type"] == served
        assert headers["content-disposition"].startswith(f"{disposition};")
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert "x" not in headers


async def test_names_cannot_break_out(app: App) -> None:
    async with with_file(app, name='../a"b\r\nx: y;Ü.png') as (_, http, url):
        disposition = (await http.get(url)).headers["content-disposition"]
        assert disposition == (
            'inline; filename=".._a_b__x: y;_.png"; '
            "filename*=UTF-8''.._a_b__x%3A%20y%3B%C3%9C.png"
        )


async def test_names_are_short_and_read_from_the_left(app: App) -> None:
    async with with_file(app, name="x" * 100_000 + "\u202egpj.exe") as (_, http, url):
        disposition = (await http.get(url)).headers["content-disposition"]
        assert len(disposition) < 500
        assert disposition.endswith("x_gpj.exe")


async def test_a_blob_that_is_gone_is_told(app: App) -> None:
    async with with_file(app) as (_, http, url):
        assert app.runtime.blobs is not None
        async for chunk in app.runtime.blobs.list():
            await app.runtime.blobs.delete([blob.key for blob in chunk], since=float("inf"))
        answer = await http.get(url)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown-file"


@pytest.mark.parametrize("stored", [False, True], ids=["live", "stored"])
async def test_the_whole_of_a_long_body_can_be_read(app: App, stored: bool) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        answer = await chat.send("hello")
        trace_id = answer.turn.trace_id
        if stored:
            conversation = app.conversations.live(await _me(chat), chat.thread_id)
            assert conversation is not None
            assert await app.runtime.writer.aflush()
            await app.runtime.settler.settle_now(app.runtime.hub, conversation)
        spans = (await http.get(f"/api/traces/{trace_id}")).json()["spans"]
        span = next(span for span in spans if span["name"] == "long")
        path = f"/api/traces/{trace_id}/spans/{span['span_id']}"

        detail = (await http.get(path)).json()
        if stored:
            assert LONG.startswith(detail["output"])
            assert detail["output_size"] == len(LONG.encode())
        else:
            assert (detail["output"], detail["output_size"]) == (LONG, None)
        assert (detail["input"], detail["input_size"]) == ("short", None)
        assert (await http.get(f"{path}/output")).text == LONG
        attributes = (await http.get(f"{path}/attributes")).json()
        assert attributes["note"] == LONG
        assert (attributes == {"note": LONG}) == stored
        assert (detail["attributes_size"] is not None) == stored
        whole = await http.get(f"{path}/input")
        assert (whole.text, whole.headers["content-type"]) == ("short", "text/plain; charset=utf-8")
        assert (await http.get(f"{path}/else")).status_code == 422
        async with httpx2.AsyncClient(base_url=chat.url) as nobody:
            assert (await nobody.get(f"{path}/output")).status_code == 401
            await nobody.get("/api/config")
            assert (await nobody.get(f"{path}/output")).status_code == 404

        message = next(
            span
            for span in spans
            if span["kind"] == "message" and span["message"]["role"] == "assistant"
        )
        detail = (await http.get(f"/api/traces/{trace_id}/spans/{message['span_id']}")).json()
        assert detail["output"] == LONG


async def _me(chat: ChatClient) -> str:
    user_id: str = (await chat.get("api/config"))["user_id"]
    return user_id


async def test_a_span_cannot_point_at_the_blobs_of_others(app: App) -> None:
    """Who knows the hash of a file does not get it by writing it into a span."""
    keys: list[str] = []

    def steal() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            async with cl.Step("thief", type="tool") as step:
                step.output = "mine"
                trace.get_current_span().set_attribute("spanlit.output.blob", keys[0])
                trace.get_current_span().set_attribute("spanlit.output.size", 10)

    app = make_app(app.config, steal)
    async with chatting(app) as chat, browsing(chat) as http:
        assert app.runtime.blobs is not None
        keys.append((await app.runtime.blobs.put(b"somebody else's")).key)
        sent = await chat.send("hello")
        assert await app.runtime.writer.aflush()
        spans = (await http.get(f"/api/traces/{sent.turn.trace_id}")).json()["spans"]
        thief = next(span for span in spans if span["name"] == "thief")
        store = await app.runtime.reader.store()
        stored = await store.span("default", sent.turn.trace_id, thief["span_id"])
        assert stored is not None
        assert stored.attributes["spanlit.output.size"] == 10
        assert "spanlit.output.blob" not in stored.attributes
        for span in spans:
            path = f"/api/traces/{sent.turn.trace_id}/spans/{span['span_id']}/output"
            assert "somebody else" not in (await http.get(path)).text
