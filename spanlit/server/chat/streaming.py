"""Hooks that yield: what they yield is streamed as one message."""

import inspect
from contextlib import aclosing
from typing import Any, Final

from opentelemetry.context import get_current

from spanlit.tracing.step_wrap import Suspension

from .message import Message

_END: Final = object()


async def stream_yielded(result: Any) -> None:
    """Stream what a hook yields, if it yields.

    The message stands below the turn, also if a step is running where the hook yields.

    Args:
        result: What `Hooks.call` returned.
    """
    if not inspect.isasyncgen(result):
        return
    message = Message()
    body = Suspension(get_current())
    async with aclosing(result):
        while True:
            with body:
                item = await anext(result, _END)
            if item is _END:
                break
            await message.stream_token(str(item))
    if message.content:
        await message.send()
