import spanlit as cl


@cl.step(type="tool")
async def count_words(text: str) -> int:
    return len(text.split())


@cl.on_message
async def answer(message: cl.Message) -> None:
    words = await count_words(message.content)
    await cl.Message(f"You sent {words} words.").send()
