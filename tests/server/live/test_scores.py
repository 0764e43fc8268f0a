"""Scores of code: from every place an app runs in, live and in the store."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import spanlit as cl
from spanlit.server.config import ChatConfig, Config, StorageConfig
from spanlit.server.config_scores import ScoreDeclaration
from spanlit.testing import ChatClient, CommandRefusedError
from tests.server.support import browsing, chatting, eventually, make_app, make_config, serving


def app_of(tmp_path: Path, hook: Callable[..., Any], **config: Any) -> Any:
    return make_app(make_config(tmp_path, **config), lambda: cl.on_message(hook))


async def say_42(_: cl.Message) -> None:
    await cl.Message("42").send()


async def listed(chat: ChatClient, path: str = "") -> list[dict[str, Any]]:
    async with browsing(chat) as http:
        answer = await http.get(path or f"/api/threads/{chat.thread_id}/scores")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


async def test_the_default_target_is_the_current_span(tmp_path: Path) -> None:
    @cl.step
    def search() -> str:
        cl.score("hits", 3, comment="three", metadata={"index": "docs"})
        return "found"

    async def answer(_: cl.Message) -> None:
        search()
        cl.score("relevance", 0.5)
        await cl.Message("done").send()

    async with chatting(app_of(tmp_path, answer)) as chat:
        turn = (await chat.send("?")).turn
        step = (await chat.trace(turn.trace_id)).find("search").view

        live = {score.name: score for score in chat.state.scores.values()}
        assert (live["hits"].span_id, live["relevance"].span_id) == (step.span_id, turn.span_id)
        stored = {score["name"]: score for score in await listed(chat)}
        assert stored["hits"] | {"updated_us": 0} == {
            "thread_id": chat.thread_id,
            "trace_id": turn.trace_id,
            "span_id": step.span_id,
            "name": "hits",
            "user_id": "",
            "source": "code",
            "type": "number",
            "value": 3.0,
            "label": "",
            "comment": "three",
            "reasons": [],
            "metadata": {"index": "docs"},
            "updated_us": 0,
        }
        assert {s["name"] for s in await listed(chat, f"/api/traces/{turn.trace_id}/scores")} == {
            "hits",
            "relevance",
        }


async def test_steps_messages_traces_and_threads_are_scored(tmp_path: Path) -> None:
    async def answer(_: cl.Message) -> None:
        async with cl.Step("plan") as step:
            pass
        step.score("quality", "good")
        message = await cl.Message("done").send()
        await message.score("quality", True, source="judge", by="gpt-5")
        await cl.score("quality", 1, target=(message.trace_id, step.id), by="again")
        await cl.score("quality", 2, target=message.trace_id)
        cl.score("quality", 3, thread=True)

    async with chatting(app_of(tmp_path, answer)) as chat:
        done = await chat.send("?")
        step = done.trace.find("plan").view.span_id

        scores = {
            (score["trace_id"], score["span_id"], score["user_id"]): score
            for score in await listed(chat)
        }
        trace = done.turn.trace_id
        assert scores[trace, step, ""]["label"] == "good"
        judged = scores[trace, done.messages[0].id, "gpt-5"]
        assert (judged["type"], judged["value"], judged["source"]) == ("boolean", 1.0, "judge")
        assert scores[trace, step, "again"]["value"] == 1
        assert scores[trace, "", ""]["value"] == 2
        assert scores["", "", ""]["value"] == 3
        assert len(chat.state.scores) == len(scores) == 5


async def test_a_plain_hook_and_its_threads_score(tmp_path: Path) -> None:
    def answer(_: cl.Message) -> Iterator[str]:
        cl.score("in the hook", 1)
        thread = threading.Thread(target=cl.score, args=("in a thread", 1))
        thread.start()
        thread.join()
        yield "done"

    async with chatting(app_of(tmp_path, answer)) as chat:
        turn = (await chat.send("?")).turn
        await chat.wait_for(lambda state: len(state.scores) == 2)

        assert {score.span_id for score in chat.state.scores.values()} == {turn.span_id}


async def test_a_second_score_replaces_the_first_and_can_be_taken_back(tmp_path: Path) -> None:
    async def answer(message: cl.Message) -> None:
        if message.content == "score":
            for value in range(20):
                cl.score("n", value, thread=True)
        else:
            cl.delete_score("n", thread=True)
            cl.delete_score("never given", thread=True)
        await cl.Message("done").send()

    async with chatting(app_of(tmp_path, answer)) as chat:
        await chat.send("score")
        assert [score["value"] for score in await listed(chat)] == [19]
        await chat.send("delete")
        assert await listed(chat) == []
        assert not chat.state.scores


async def test_outside_of_a_chat_ids_are_needed(tmp_path: Path) -> None:
    async def answer(_: cl.Message) -> None:
        await cl.Message("done").send()

    async with chatting(app_of(tmp_path, answer)) as chat:
        message = (await chat.send("?")).messages[0]

        with pytest.raises(cl.ScoreError, match="no chat here, so there is nothing to score"):
            cl.score("late", 1)
        await cl.score("late", 1, target=(message.trace_id, message.id))
        await asyncio.to_thread(
            lambda: cl.score("from a thread", 1, thread=chat.thread_id).wait(),
        )
        await chat.wait_for(lambda state: len(state.scores) == 2)

        await cl.delete_score("late", target=(message.trace_id, message.id))
        assert [score["name"] for score in await listed(chat)] == ["from a thread"]


async def test_what_is_not_there_cannot_be_scored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with chatting(app_of(tmp_path, say_42)) as chat:
        trace_id = (await chat.send("?")).turn.trace_id

        with pytest.raises(cl.ScoreError, match=f"no span {'0' * 16} in the trace {trace_id}"):
            await cl.score("x", 1, target=(trace_id, "0" * 16))
        with pytest.raises(cl.ScoreError, match="There is no trace ffff"):
            await cl.score("x", 1, target="f" * 32)
        with pytest.raises(cl.ScoreError, match="There is no thread 'nobody'"):
            await cl.score("x", 1, thread="nobody")
        caplog.set_level(logging.WARNING)
        cl.score("unheard", 1, thread="nobody")
        await eventually(lambda: "The score 'unheard' was not kept" in caplog.text)
        assert await listed(chat) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": cl.Step("s")}, "a Step that has not started yet"),
        ({"target": cl.Message("m")}, "a Message that has not been sent yet"),
        ({"target": ("x", "y")}, "'x' is not a trace id"),
        ({"target": ("0" * 32, "y")}, "'y' is not a span id"),
        ({"target": 7}, "The target is a int; accepted: a Step, a Message"),
        ({"target": "0" * 32, "thread": True}, "a target or a thread, not both"),
        ({"thread": True}, "no chat here; give the id of the thread"),
        ({"thread": "t", "source": "user"}, "source is 'user'; accepted: 'code', 'judge'"),
        ({"thread": "t", "by": "b" * 201}, "by is 'bbb"),
    ],
)
async def test_a_wrong_target_is_explained(
    tmp_path: Path, arguments: dict[str, Any], said: str
) -> None:
    async with serving(app_of(tmp_path, lambda _: None)):
        with pytest.raises(cl.ScoreError, match=said):
            cl.score("x", 1, **arguments)


def test_without_an_app_nobody_keeps_scores() -> None:
    with pytest.raises(cl.ScoreError, match="No app runs in this process"):
        cl.score("x", 1, thread="t")


async def test_two_apps_keep_their_own_scores(tmp_path: Path) -> None:
    def answer(_: cl.Message) -> Iterator[str]:
        cl.score("x", 1)
        yield "done"

    one, two = app_of(tmp_path / "1", answer), app_of(tmp_path / "2", answer)
    async with chatting(one) as first, chatting(two) as second:
        await first.send("?")
        await first.wait_for(lambda state: state.scores)
        assert not second.state.scores
        with pytest.raises(cl.ScoreError, match="Several apps run in this process"):
            cl.score("x", 1, thread=first.thread_id)


async def test_declared_scores_hold_in_python_and_on_the_socket(tmp_path: Path) -> None:
    raised: list[str] = []

    def define() -> None:
        @cl.on_message
        def answer(_: cl.Message) -> Iterator[str]:
            try:
                cl.score("stars", 6)
            except cl.ScoreError as error:
                raised.append(str(error))
            yield "done"

    config = Config(
        storage=StorageConfig(url="memory:", data_dir=tmp_path),
        chat=ChatConfig(strict_scores=True),
        scores=(ScoreDeclaration(name="stars", min=1, max=5, integer=True),),
    )
    async with chatting(make_app(config, define)) as chat:
        message = (await chat.send("?")).messages[0]
        assert raised == ["Score 'stars': value is 6.0; accepted: a whole number from 1 to 5."]

        target = {
            "thread_id": chat.thread_id,
            "trace_id": message.trace_id,
            "span_id": message.id,
        }
        with pytest.raises(CommandRefusedError, match="accepted: a whole number from 1 to 5"):
            await chat.command("score-set", **target, name="stars", value=0)
        with pytest.raises(CommandRefusedError, match="'other' is not declared"):
            await chat.command("score-set", **target, name="other", value=0)
        await chat.command("score-set", **target, name="stars", value=4)
        await chat.wait_for(lambda state: [s.value for s in state.scores.values()] == [4.0])


async def test_feedback_brings_reasons_to_the_app(tmp_path: Path) -> None:
    given: list[cl.Feedback] = []

    def define() -> None:
        cl.on_message(say_42)
        cl.on_feedback(given.append)

    async with chatting(make_app(make_config(tmp_path), define)) as chat:
        message = (await chat.send("?")).messages[0]
        await chat.command(
            "score-set",
            thread_id=chat.thread_id,
            trace_id=message.trace_id,
            span_id=message.id,
            value=0,
            reasons=["Incorrect", "Too slow"],
        )
        await eventually(lambda: given)

        assert given[0].reasons == ("Incorrect", "Too slow")
        score = await chat.wait_for(lambda state: next(iter(state.scores.values()), None))
        assert (score.type, score.reasons) == ("boolean", ["Incorrect", "Too slow"])


async def test_a_person_and_a_judge_do_not_replace_each_other(tmp_path: Path) -> None:
    async def answer(_: cl.Message) -> None:
        await (await cl.Message("42").send()).score("user-feedback", True, by="script")

    async with chatting(app_of(tmp_path, answer)) as chat:
        message = (await chat.send("?")).messages[0]
        await chat.score(message, 0)
        await chat.wait_for(lambda state: len(state.scores) == 2)

        await chat.command(
            "score-remove",
            thread_id=chat.thread_id,
            trace_id=message.trace_id,
            span_id=message.id,
        )
        await chat.wait_for(lambda state: len(state.scores) == 1)
        assert [(s["user_id"], s["value"]) for s in await listed(chat)] == [("script", 1.0)]


async def test_scores_are_there_when_the_thread_is_opened_again(tmp_path: Path) -> None:
    async def answer(_: cl.Message) -> None:
        cl.score("x", 1, reasons=["r"], thread=True)
        await cl.Message("42").send()

    app = app_of(tmp_path, answer, timeout_s=0.2)
    async with chatting(app) as chat:
        await chat.send("?")
        thread_id = chat.thread_id
        await chat.open()
        await chat.command("thread-close", thread_id=thread_id)
        await eventually(lambda: app.runtime.hub.get(thread_id) is None)

        items = await listed(chat, f"/api/threads/{thread_id}/scores")
        assert [(item["name"], item["reasons"]) for item in items] == [("x", ["r"])]
        async with browsing(chat) as http:
            snapshot = (await http.get(f"/api/threads/{thread_id}")).json()
        assert snapshot["scores"] == items


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 1e300},
        {"value": "high"},
        {"value": {}},
        {"name": "", "value": 1},
        {"name": "x" * 101, "value": 1},
        {"value": 1, "comment": "c" * 200_000},
        {"value": 1, "reasons": ["r"] * 1_000},
        {"value": 1, "reasons": "slow"},
        {"value": 1, "user_id": "somebody"},
        {"value": 1, "source": "judge"},
        {"value": 1, "span_id": "0" * 16, "trace_id": None},
        {},
    ],
)
async def test_hostile_feedback_is_refused(tmp_path: Path, fields: dict[str, Any]) -> None:
    async with chatting(app_of(tmp_path, say_42)) as chat:
        message = (await chat.send("?")).messages[0]
        given = {"trace_id": message.trace_id, "span_id": message.id, **fields}

        with pytest.raises(CommandRefusedError) as refused:
            await chat.command("score-set", thread_id=chat.thread_id, **given)

        assert refused.value.error.code == "invalid"
        assert len(refused.value.error.message) < 500
        assert await listed(chat) == []


async def test_a_database_keeps_scores_on_every_target(tmp_path: Path, embedded_url: str) -> None:
    async def answer(message: cl.Message) -> None:
        reply = await cl.Message("42").send()
        if message.content == "delete":
            cl.delete_score("on the thread", thread=True)
            return
        reply.score("on the span", 0.5, reasons=["r"], metadata={"k": 1}, by="judge")
        cl.score("on the trace", "good", target=reply.trace_id)
        cl.score("on the thread", True, thread=True)

    def app() -> Any:
        return app_of(tmp_path, answer, url=embedded_url)

    async with chatting(app()) as chat:
        message = (await chat.send("score")).messages[0]
        await chat.score(message, 0, "no")
        await chat.wait_for(lambda state: len(state.scores) == 4)
        before, cookies, thread_id = await listed(chat), chat.cookies, chat.thread_id
    async with serving(app()) as url, ChatClient(url, cookies=cookies, timeout_s=10) as chat:
        assert await listed(chat, f"/api/threads/{thread_id}/scores") == before
        assert {score["type"] for score in before} == {"number", "category", "boolean"}
        await chat.open(thread_id)
        await chat.send("delete")
        await chat.score(message, 1)
        await chat.wait_for(lambda state: len(state.scores) == 3)
        after = {score["name"]: score["value"] for score in await listed(chat)}
        assert after == {"on the span": 0.5, "on the trace": None, "user-feedback": 1}
