"""Says 2,000 tokens of markdown at 200 a second while it starts 20 steps a second."""

import asyncio
import time

import spanlit as cl

TOKENS = 2_000
TOKENS_PER_S = 200
STEPS_PER_S = 20
PARAGRAPH = (
    "Revenue was **$4.2M**, up `12%` on the quarter, as [the report](https://example.com) says.\n\n"
    "- one line\n- another *line*\n\n| Region | Revenue |\n|---|---|\n| EMEA | 1.9 |\n\n"
    "```python\nprint('a line of code')\n```\n\n"
)


def tokens() -> list[str]:
    pieces = [PARAGRAPH[at : at + 4] for at in range(0, len(PARAGRAPH), 4)]
    return [pieces[number % len(pieces)] for number in range(TOKENS)]


async def work(started: float) -> None:
    for number in range(TOKENS * STEPS_PER_S // TOKENS_PER_S):
        await asyncio.sleep(max(0.0, started + number / STEPS_PER_S - time.monotonic()))
        async with cl.Step(name=f"step {number}", type="tool"):
            await asyncio.sleep(0.02)


async def talk(started: float) -> None:
    message = cl.Message(content="")
    for number, token in enumerate(tokens()):
        await asyncio.sleep(max(0.0, started + number / TOKENS_PER_S - time.monotonic()))
        await message.stream_token(token)
    await message.send()


@cl.on_message
async def on_message(message: cl.Message) -> None:
    started = time.monotonic()
    await asyncio.gather(talk(started), work(started))
