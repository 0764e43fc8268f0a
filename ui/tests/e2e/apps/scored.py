"""An app whose answers are judged: by a model, by code, as a whole."""

import spanlit as cl


@cl.step(type="retrieval")
async def find_documents(question: str) -> list[str]:
    cl.score("hits", 2, comment="Two of five were relevant.")
    return [f"{question}: document {number}" for number in range(5)]


@cl.on_message
async def on_message(message: cl.Message) -> None:
    await find_documents(message.content)
    answer = await cl.Message("The answer is **42**.").send()
    answer.score(
        "groundedness",
        0.82,
        label="mostly grounded",
        comment="The number is in document 3; the unit is not.",
        reasons=["unit is missing"],
        source="judge",
        by="gpt-5-mini",
    )
    cl.score("topic", "arithmetic", target=answer.trace_id)
    cl.score("solved", True, thread=True)
