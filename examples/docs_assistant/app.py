"""A documentation assistant in which every step can be watched.

`make demo` and `spanlit hello` run it over Spanlit's own documentation,
`spanlit hello --docs PATH` over any folder. It needs no key: without a model it answers with
quotes. With `OPENAI_API_KEY` or `OPENAI_BASE_URL` a model plans and writes.
"""

import os
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
OWN_DOCS = [HERE.parent / "docs", HERE.parent.parent / "docs"]
"""Spanlit's documentation: in an installed package, and in the repository."""
REMEMBERED_MESSAGES = 12


def find_docs() -> Path:
    """The folder that `spanlit hello --docs` names, or Spanlit's own documentation."""
    if named := os.environ.get("SPANLIT_HELLO_DOCS"):
        return Path(named).expanduser().absolute()
    return next((path for path in OWN_DOCS if path.is_dir()), OWN_DOCS[0])


def find_model() -> tuple["Model | None", str]:
    """The model that the environment asks for, if there is one, and a sentence about it."""
    if not (os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")):
        return None, "No model is configured, so I answer with quotes and name their sources."
    try:
        from model import Model
    except ModuleNotFoundError:
        return None, (
            "A model is configured, but the package `openai` is not installed "
            '(`pip install "spanlit[openai]"`), so I answer with quotes and name their sources.'
        )
    model = Model()
    return model, f"{model.description} writes the answers from what I find."


docs = DocsClient(find_docs())
model, how_i_answer = find_model()


@cl.on_app_startup
async def start() -> None:
    docs.start()


@cl.on_chat_start
async def greet() -> None:
    try:
        contents = await docs.contents()
    except AssistantError as error:
        await cl.ErrorMessage(str(error)).send()
    else:
        await cl.Message(greeting(contents, how_i_answer, own=docs.folder in OWN_DOCS)).send()


@cl.on_message
async def reply() -> None:
    conversation = cl.chat_context.to_openai()[-REMEMBERED_MESSAGES:]
    try:
        await Agent(docs, model).answer(conversation)
    except AssistantError as error:
        await cl.ErrorMessage(str(error)).send()


@cl.on_app_shutdown
async def stop() -> None:
    await docs.close()
    if model:
        await model.close()
