"""The app that the test kit is tested with."""

from pathlib import Path

import pytest

APP = """\
import asyncio

import spanlit as cl

feedback = []


@cl.step(type="tool")
async def shout(text: str) -> str:
    return text.upper()


@cl.on_message
async def answer(message: cl.Message) -> None:
    if message.content == "wait":
        await cl.Message("waiting").send()
        await asyncio.sleep(600)
    text = await shout(message.content)
    reply = cl.Message()
    for letter in text:
        await reply.stream_token(letter)
    await reply.send()


@cl.on_feedback
def note(given: cl.Feedback) -> None:
    feedback.append(given)
"""


@pytest.fixture
def spanlit_app(tmp_path: Path) -> Path:
    """An app that shouts back, and waits when told to."""
    path = tmp_path / "shout.py"
    path.write_text(APP)
    return path
