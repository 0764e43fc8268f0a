"""A thread over a real socket: what is said, in which order, and what a reconnect brings."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import spanlit as cl
from spanlit.server.app import App
from spanlit.server.live.conversations import MAX_READING
from spanlit.server.live.event_log import EventLog
from spanlit.server.live.history import History
from spanlit.storage import Store
from spanlit.testing import ChatClient
from tests.server.support import browsing, chatting, make_app, make_config, serving


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def story(gate: asyncio.Event | None = None) -> Callable[[], None]:
    """Hooks of an app that thinks, streams, and may wait at a gate in the middle."""

    def define() -> None:
        @cl.on_message
        async def answer(message: cl.Message) -> None:
            async with cl.Step("think", type="tool") as step:
                step.input = message.content
                step.output = "done"
            reply = cl.Message()
            for number in range(3):
                await reply.stream_token(f"{number} ")
            if gate is not None:
                await gate.wait()
            await reply.stream_token("end")
            await reply.send()

    return define


async def test_events_come_in_the_order_in_which_things_happen(config_dir: Path) -> None:
    async with chatting(make_app(make_config(config_dir), story())) as chat:
        answer = await chat.send("Hello")
        await chat.wait_for(lambda state: state.thread and not state.thread.running)

    assert answer.text == "0 1 2 end"
    assert answer.turn.status == "ok"
    assert answer.turn.span_count == 4
    spans = [event for event in chat.events if event.type not in ("thread-set", "span-delta")]
    kinds = [(event.type, getattr(getattr(event, "span", None), "kind", "")) for event in spans]
    assert kinds[:2] == [("turn-start", ""), ("span-start", "turn")]
    assert kinds[-2:] == [("span-end", "turn"), ("turn-end", "")]
    assert [kind for type_, kind in kinds if type_ == "span-end"] == [
        "message",
        "tool",
        "message",
        "turn",
    ]


async def test_frames_continue_one_another(config_dir: Path) -> None:
    async with chatting(make_app(make_config(config_dir), story())) as chat:
        await chat.send("Hello")

    first, *others = chat.frames
    assert first.snapshot is not None
    for before, after in zip(chat.frames, others, strict=False):
        assert (after.epoch, after.prev_seq) == (before.epoch, before.seq)
        assert after.snapshot is None
    assert chat.gaps == 0


async def test_of_a_long_thread_the_last_turns_are_sent(
    config_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(make_config(config_dir), story())
    async with chatting(app) as chat, browsing(chat) as http:
        for text in ("first " * 20, "second", "third", "last"):
            await chat.send(text)

        async def sent(max_chars: int) -> tuple[list[str], int]:
            monkeypatch.setattr("spanlit.server.live.snapshot.MAX_CHARS", max_chars)
            snapshot = (await http.get(f"/api/threads/{chat.thread_id}")).json()
            said = [m["text"] for m in snapshot["messages"] if m["role"] == "user"]
            return said, len(snapshot["turns"])

        assert await sent(100) == (["second", "third", "last"], 3)
        assert await sent(1) == (["last"], 1)


async def test_few_histories_are_in_memory_at_a_time(
    config_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading: list[str] = []
    most = 0

    async def read(store: Store, project: str, thread_id: str) -> History:
        nonlocal most
        reading.append(thread_id)
        most = max(most, len(reading))
        await asyncio.sleep(0)
        reading.remove(thread_id)
        return History()

    monkeypatch.setattr("spanlit.server.live.conversations.read_history", read)
    app = make_app(make_config(config_dir), story())
    async with serving(app):
        conversations = app.runtime.conversations
        await asyncio.gather(*(conversations.history(str(number)) for number in range(20)))

    assert most == MAX_READING


async def test_the_thread_appears_with_its_first_message(config_dir: Path) -> None:
    async with chatting(make_app(make_config(config_dir), story())) as chat:
        assert await chat.threads() == []

        await chat.send("\n  What is a span?  \nTell me.")

        (thread,) = await chat.threads()
        assert (thread.id, thread.name) == (chat.thread_id, "What is a span?")


async def test_a_long_first_line_is_cut(config_dir: Path) -> None:
    async with chatting(make_app(make_config(config_dir), story())) as chat:
        await chat.send("x" * 200)

        (thread,) = await chat.threads()
        assert len(thread.name) == 80


async def test_a_reconnect_brings_exactly_what_was_missed(config_dir: Path) -> None:
    gate = asyncio.Event()
    async with chatting(make_app(make_config(config_dir), story(gate))) as chat:
        command = await chat.post("Hello")
        await chat.wait_for(lambda state: "2 " in state.messages[-1].text if state.messages else 0)
        seen = chat.state.seq
        frames = len(chat.frames)
        await chat.disconnect()

        gate.set()
        await chat.connect()
        await chat.open(chat.thread_id)
        answer = await chat.answer(command)

        missed = chat.frames[frames:]
        assert missed[0].prev_seq == seen
        assert all(frame.snapshot is None for frame in missed)
        assert answer.text == "0 1 2 end"
        assert chat.gaps == 0


async def test_a_turn_goes_on_when_nobody_looks(config_dir: Path) -> None:
    gate = asyncio.Event()
    app = make_app(make_config(config_dir), story(gate))
    async with serving(app) as url:
        async with ChatClient(url) as chat:
            await chat.post("Hello")
            await chat.wait_for(lambda state: state.turns)
        gate.set()

        async with ChatClient(url, cookies=chat.cookies) as later:
            await later.open(chat.thread_id)
            await later.wait_for(lambda state: state.messages[-1].text == "0 1 2 end")
            assert [message.role for message in later.messages] == ["user", "assistant"]


async def test_two_browsers_of_one_person_see_the_same(config_dir: Path) -> None:
    app = make_app(make_config(config_dir), story())
    async with (
        serving(app) as url,
        ChatClient(url) as one,
        ChatClient(url, cookies=one.cookies) as two,
    ):
        await two.open(one.thread_id)
        await one.send("Hello")
        await two.wait_for(lambda state: any(turn.end_us for turn in state.turns.values()))
        assert two.messages == one.messages


async def test_an_unknown_epoch_is_answered_with_a_snapshot(config_dir: Path) -> None:
    async with chatting(make_app(make_config(config_dir), story())) as chat:
        await chat.send("Hello")
        frames = len(chat.frames)

        await chat.command("thread-open", thread_id=chat.thread_id, epoch="older", last_seq=3)
        await chat.wait_for(lambda _: len(chat.frames) > frames)

        snapshot = chat.frames[frames].snapshot
        assert snapshot is not None
        assert [message.text for message in snapshot.messages] == ["Hello", "0 1 2 end"]


async def test_who_missed_too_much_gets_a_snapshot(config_dir: Path) -> None:
    app = make_app(make_config(config_dir), story())
    async with chatting(app) as chat:
        conversation = app.runtime.hub.get(chat.thread_id)
        assert conversation is not None
        conversation.log = EventLog(max_events=5)
        await chat.open(chat.thread_id)
        await chat.send("Hello")
        frames = len(chat.frames)

        await chat.command(
            "thread-open", thread_id=chat.thread_id, epoch=conversation.log.epoch, last_seq=0
        )
        await chat.wait_for(lambda _: len(chat.frames) > frames)

        assert chat.frames[frames].snapshot is not None


async def test_a_snapshot_in_the_middle_of_a_turn_has_the_text_so_far(config_dir: Path) -> None:
    gate = asyncio.Event()
    async with chatting(make_app(make_config(config_dir), story(gate))) as chat:
        await chat.post("Hello")
        await chat.wait_for(lambda state: "2 " in state.messages[-1].text if state.messages else 0)
        frames = len(chat.frames)

        await chat.command("thread-open", thread_id=chat.thread_id)
        await chat.wait_for(lambda _: len(chat.frames) > frames)
        snapshot = chat.frames[frames].snapshot
        gate.set()

        assert snapshot is not None
        assert snapshot.messages[-1].text == "0 1 2 "
        assert snapshot.messages[-1].status == "running"
        assert snapshot.thread.running
        assert {span.name for span in snapshot.spans} >= {"on_message", "think"}
        await chat.wait_for(lambda state: state.messages[-1].text == "0 1 2 end")


async def test_five_thousand_tokens_arrive_whole(config_dir: Path) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            reply = cl.Message()
            for number in range(5_000):
                await reply.stream_token(f"{number} ")
            await reply.send()

    async with chatting(make_app(make_config(config_dir), define)) as chat:
        answer = await chat.send("go")

    assert answer.text == "".join(f"{number} " for number in range(5_000))
    assert chat.gaps == 0
    assert len(chat.frames) < 100


async def test_two_apps_in_one_process_do_not_touch_each_other(tmp_path: Path) -> None:
    def saying(word: str) -> App:
        def define() -> None:
            @cl.on_message
            async def answer(_: cl.Message) -> None:
                await cl.Message(word).send()

        return make_app(make_config(tmp_path / word), define)

    one, two = saying("one"), saying("two")
    async with chatting(one) as chat_one, chatting(two) as chat_two:
        first, second = await asyncio.gather(chat_one.send("hi"), chat_two.send("hi"))

        assert (first.text, second.text) == ("one", "two")
        assert len(chat_one.messages) == len(chat_two.messages) == 2
        assert chat_one.cookies.keys() != chat_two.cookies.keys()

        for app, own, other in ((one, first, second), (two, second, first)):
            assert await app.runtime.writer.aflush()
            store = await app.runtime.reader.store()
            assert len(await store.trace("default", own.turn.trace_id)) == 3
            assert await store.trace("default", other.turn.trace_id) == []
