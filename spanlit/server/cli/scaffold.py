"""What `spanlit init` writes: a commented spanlit.toml and a first app."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from spanlit.server.config import FILE_NAME, Config
from spanlit.server.config_errors import ANYTHING, Schema
from spanlit.server.config_section import Section

HEAD = """\
# The configuration of this app. Every key stands here with its default; remove the # to
# change one. Environment variables (SPANLIT_SERVER__PORT=9000) win over this file, and flags
# (--port 9000) win over both.
"""

SCORES = """\
# Scores that the app knows, as many as it likes. See docs/feedback.md.
#
# [[scores]]
# name="relevance"
# type="number"
# min=0
# max=1
"""

APP = '''\
"""A first app: start it with `spanlit run app.py -w` and edit it while it runs."""

import spanlit as cl


@cl.step(type="tool")
async def count_words(text: str) -> int:
    return len(text.split())


@cl.on_message
async def answer(message: cl.Message) -> None:
    words = await count_words(message.content)
    await cl.Message(f"That were {words} words. Open the trace below to see the step.").send()
'''


def write(folder: Path) -> Iterator[str]:
    """Write the files that `folder` does not have yet; yields a line about each."""
    for name, content in ((FILE_NAME, default_toml()), ("app.py", APP)):
        try:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(content)
        except FileExistsError:
            yield f"{name} is there already and was left alone."
        else:
            yield f"{name} was written."


def default_toml() -> str:
    """A spanlit.toml with every key, its description and its default, commented out."""
    schema = Schema(Config)
    fields = Config.model_fields
    tables = [_table(name, type(fields[name].default), schema) for name in schema.sections]
    return "\n".join([HEAD, *tables, SCORES])


def _table(name: str, section: type[Section], schema: Schema) -> str:
    keys = [
        f"{_comment(field, schema.accepted((name, key)))}\n# {key} = {_value(field.default)}\n"
        for key, field in section.model_fields.items()
    ]
    return "\n".join([f"# {section.__doc__}\n[{name}]", *keys])


def _comment(field: FieldInfo, accepted: str) -> str:
    values = "" if accepted == ANYTHING else f" Accepted: {accepted}."
    lines = textwrap.wrap(f"{field.description}{values}", 88)
    return "\n".join(f"# {line}" for line in lines)


def _value(default: object) -> str:
    # JSON of strings, numbers, booleans and lists of strings is TOML too.
    return json.dumps(default, default=str)
