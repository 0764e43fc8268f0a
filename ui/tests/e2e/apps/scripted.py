"""An agent without a model: what it does depends on the words of the message."""

import asyncio

import spanlit as cl

LIST = "\n".join(f"{number}. line {number} of the answer" for number in range(1, 121))


@cl.step(type="retrieval")
async def find_documents(question: str) -> list[str]:
    await asyncio.sleep(0.05)
    return [f"{question}: document {number}" for number in range(4)]


@cl.step(type="tool")
async def search_web(attempt: int) -> str:
    await asyncio.sleep(0.05)
    if attempt == 1:
        raise ConnectionError("HTTP 429")
    return "3 results"


@cl.step(type="tool")
async def search_with_retry() -> str:
    try:
        return await search_web(1)
    except ConnectionError:
        return await search_web(2)


async def stream(text: str, pause_s: float) -> None:
    message = cl.Message(content="")
    for word in text.split(" "):
        await message.stream_token(word + " ")
        await asyncio.sleep(pause_s)
    await message.send()


@cl.on_message
async def on_message(message: cl.Message) -> None:
    words = message.content.lower()
    if "fail" in words:
        raise ValueError("the tool box is empty")
    async with cl.Step(name="plan", type="run"):
        await find_documents(message.content)
        await search_with_retry()
    if "endless" in words:
        await stream(" ".join(["word"] * 100_000), 0.02)
    elif "slow" in words:
        await stream(LIST, 0.02)
    elif "code" in words:
        await stream("```python\nprint('hello')\n```", 0)
    else:
        await stream(f"You said **{message.content}**. That is all.", 0.01)
