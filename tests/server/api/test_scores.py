"""Scores over REST: one's own, on one's own threads."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.live import scores
from spanlit.server.live.rate_limit import BURST
from spanlit.testing import ChatClient
from tests.server.support import browsing, chatting, make_app, make_config, serving


@pytest.fixture
def app(tmp_path: Path) -> App:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            await (await cl.Message("42").send()).score("quality", 0.5)

    return make_app(make_config(tmp_path), define)


async def rateable(chat: ChatClient) -> dict[str, str]:
    """What a message is called as a target."""
    message = (await chat.send("?")).messages[0]
    return {"trace_id": message.trace_id, "span_id": message.id}


async def values(http: httpx2.AsyncClient, thread_id: str) -> dict[str, Any]:
    """Name of each score of a thread -> its value."""
    items = (await http.get(f"/api/threads/{thread_id}/scores")).json()["items"]
    return {item["name"]: item["value"] for item in items}


async def test_a_score_is_given_replaced_listed_and_taken_back(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)

        first = await http.put("/api/scores", json={**target, "value": 0, "comment": "no"})
        again = await http.put(
            "/api/scores", json={**target, "value": True, "reasons": ["Incomplete"]}
        )

        assert (first.status_code, again.status_code) == (200, 200)
        score = again.json()
        assert score["user_id"] == (await http.get("/api/config")).json()["user_id"]
        assert (score["source"], score["type"], score["value"]) == ("user", "boolean", 1)
        assert (score["thread_id"], score["comment"]) == (chat.thread_id, "")
        await chat.wait_for(
            lambda state: (
                {s.name: s.value for s in state.scores.values()}
                == {"quality": 0.5, "user-feedback": 1}
            )
        )
        items = (await http.get(f"/api/traces/{target['trace_id']}/scores")).json()["items"]
        assert {item["name"]: item["reasons"] for item in items} == {
            "quality": [],
            "user-feedback": ["Incomplete"],
        }

        gone = await http.delete("/api/scores", params=target)
        assert (gone.status_code, gone.content) == (204, b"")
        assert (await http.delete("/api/scores", params=target)).status_code == 204
        await chat.wait_for(lambda state: len(state.scores) == 1)
        assert await values(http, chat.thread_id) == {"quality": 0.5}


async def test_traces_and_threads_are_scored(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        trace_id = (await rateable(chat))["trace_id"]
        thread = {"thread_id": chat.thread_id, "name": "solved", "value": True}

        await http.put("/api/scores", json=thread)
        await http.put("/api/scores", json={"trace_id": trace_id, "name": "tone", "label": "dry"})

        assert (await values(http, chat.thread_id)).keys() == {"quality", "solved", "tone"}


async def test_people_give_so_many_names_in_a_thread(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "MAX_NAMES", 2)
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)

        async def give(**score: Any) -> httpx2.Response:
            return await http.put("/api/scores", json={**target, "value": 1} | score)

        taken = [await give(name=name) for name in ("a", "b", "user-feedback", "a")]
        assert [answer.status_code for answer in taken] == [200] * 4
        refused = await give(name="c")
        assert refused.status_code == 422
        assert "[[scores]]" in refused.json()["error"]["message"]

        user_id = (await http.get("/api/config")).json()["user_id"]
        conversation = app.conversations.live(user_id, chat.thread_id)
        assert conversation is not None
        conversation.over = True  # the next score resumes the thread from the store
        assert (await give(name="c")).status_code == 422
        assert app.conversations.live(user_id, chat.thread_id) is not conversation
        assert (await give(name="b")).status_code == 200
        assert (await values(http, chat.thread_id)).keys() == {"quality", "a", "b", "user-feedback"}


async def test_scores_of_others_stay(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)

        answer = await http.delete("/api/scores", params={**target, "name": "quality"})

        assert answer.status_code == 204
        assert await values(http, chat.thread_id) == {"quality": 0.5}


async def test_foreign_threads_do_not_exist(app: App) -> None:
    async with serving(app) as url, ChatClient(url) as owner, ChatClient(url) as thief:
        target = await rateable(owner)
        theirs = {**target, "thread_id": thief.thread_id}
        async with browsing(thief) as http:
            body = {"value": 0}
            answers = [
                await http.get(f"/api/threads/{owner.thread_id}/scores"),
                await http.get(f"/api/traces/{target['trace_id']}/scores"),
                await http.put("/api/scores", json={**target, **body}),
                await http.put("/api/scores", json={**theirs, **body}),
                await http.put("/api/scores", json={"thread_id": owner.thread_id, **body}),
                await http.put("/api/scores", json={"trace_id": "0" * 32, **body}),
                await http.delete("/api/scores", params=target),
            ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert len({answer.json()["error"]["message"] for answer in answers}) == 2
        async with browsing(owner) as http:
            assert await values(http, owner.thread_id) == {"quality": 0.5}


async def test_who_has_no_cookie_is_unknown(app: App) -> None:
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        answer = await http.put("/api/scores", json={"trace_id": "0" * 32, "value": 1})

        assert answer.status_code == 401


async def test_other_sites_cannot_score(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)
        origin = {"Origin": "https://evil.example"}

        put = await http.put("/api/scores", json={**target, "value": 0}, headers=origin)
        deleted = await http.delete("/api/scores", params=target, headers=origin)

        assert (put.status_code, deleted.status_code) == (403, 403)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"value": 0.5}', "Score 'user-feedback': value is 0.5; accepted: True (1) or False (0)."),
        ('{"value": 1e400}', "a finite number"),
        ('{"value": NaN}', "a finite number"),
        ('{"name": "x"}', "Score 'x': comment is missing"),
        ('{"name": "x", "value": 1, "comment": "' + "c" * 200_000 + '"}', "200,000 characters"),
        ('{"name": "\\u0000", "value": 1}', "printable"),
        ('{"value": 1, "source": "judge"}', "body.source: Extra inputs are not permitted"),
        ('{"value": 1, "user_id": "me"}', "body.user_id: Extra inputs are not permitted"),
        ('{"value": 1, "reasons": ["Because"]}', "accepted: 'Incorrect', 'Incomplete'"),
        ('{"value": [1]}', "body.value"),
        ("[", "JSON"),
    ],
)
async def test_a_wrong_score_is_explained(app: App, body: str, said: str) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)
        start = f'{{"trace_id": "{target["trace_id"]}", "span_id": "{target["span_id"]}"'
        text = f"{start}, {body[1:]}" if body.startswith("{") else body

        answer = await http.put(
            "/api/scores", content=text.encode(), headers={"content-type": "application/json"}
        )

        assert answer.status_code == 422
        assert said in answer.json()["error"]["message"]
        assert len(answer.text) < 1_000
        assert await values(http, chat.thread_id) == {"quality": 0.5}


@pytest.mark.parametrize("target", [{}, {"span_id": "0" * 16}])
async def test_a_score_is_on_something(app: App, target: dict[str, str]) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        answers = [
            await http.put("/api/scores", json={**target, "value": 1}),
            await http.delete("/api/scores", params=target),
        ]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert all("thread_id, or trace_id" in answer.text for answer in answers)


async def test_a_flood_is_slowed_down(app: App) -> None:
    async with chatting(app) as chat, browsing(chat) as http:
        target = await rateable(chat)
        codes = [
            (await http.put("/api/scores", json={**target, "value": n % 2})).status_code
            for n in range(2)
        ]
        rest = await asyncio.gather(
            *(http.put("/api/scores", json={**target, "value": n % 2}) for n in range(2 * BURST))
        )

        assert codes == [200, 200]
        assert {answer.status_code for answer in rest} == {200, 429}
