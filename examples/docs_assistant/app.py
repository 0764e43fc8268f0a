"""A documentation assistant in which every step can be watched.

`make demo` and `spanlit hello` run it over Spanlit's own documentation,
`spanlit hello --docs PATH` over any folder. It needs no key: without a model it answers with
quotes. With `OPENAI_API_KEY` or `OPENAI_BASE_URL` a model plans and writes.
"""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from agent import Agent
from docs_client import DocsClient
from errors import AssistantError
from greeting import greeting

import spanlit as cl

if TYPE_CHECKING:
    from model import Model

HERE = Path(__file__).parent
OWN_DOCS = [HERE / "docs", HERE.parent.parent / "docs"]
"""Spanlit's documentation: in an installed package, and in the repository."""
REMEMBERED_MESSAGES = 12

folder = os.environ.get("SPANLIT_HELLO_DOCS")
docs = DocsClient(
    Path(folder).expanduser().absolute()
    if folder
    else next((path for path in OWN_DOCS if path.is_dir()), OWN_DOCS[0])
)


@cache
def model() -> "Model | None":
    """The model that the environment asks for, if it asks for one."""
    if not (os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")):
        return None
    from model import Model  # noqa: PLC0415 - needs an optional package

    return Model()


@cl.on_chat_start
async def greet() -> None:
    try:
        contents = await docs.contents()
        text = greeting(contents, own=not folder, writer=model())
    except AssistantError as error:
        await cl.ErrorMessage(str(error)).send()
    else:
        await cl.Message(text).send()


@cl.on_message
async def reply() -> None:
    conversation = cl.chat_context.to_openai()[-REMEMBERED_MESSAGES:]
    try:
        await Agent(docs, model()).answer(conversation)
    except AssistantError as error:
        await cl.ErrorMessage(str(error)).send()


@cl.on_app_shutdown
async def stop() -> None:
    await docs.close()
