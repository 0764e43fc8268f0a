"""Hooks that yield: what they yield is streamed as one message."""

import inspect
from typing import Any, Final

import anyio.to_thread

from .message import Message

_END: Final = object()


async def stream_yielded(result: Any) -> None:
    """Stream what a hook yields, if it is a generator; each step of a plain one runs in a thread.

    Args:
        result: What the hook returned.
    """
    if not inspect.isasyncgen(result) and not inspect.isgenerator(result):
        return
    message = Message()
    if inspect.isasyncgen(result):
        async for token in result:
            await message.stream_token(str(token))
    else:
        while (token := await anyio.to_thread.run_sync(next, result, _END)) is not _END:
            await message.stream_token(str(token))
    if message.content:
        await message.send()
