"""The first words of the assistant: what it has read, and what one could ask."""

from typing import TYPE_CHECKING

from mcp_server import Contents

if TYPE_CHECKING:
    from model import Model

OWN_QUESTIONS = [
    "How do I stream an answer word by word?",
    "What happens to running steps when the process is killed?",
    "Where is my data kept, and how do I send traces to Phoenix?",
]
"""What one could ask of Spanlit's own documentation."""


def greeting(contents: Contents, *, own: bool, writer: "Model | None") -> str:
    """Greet in Markdown.

    Args:
        contents: what the MCP server has read.
        own: whether that is Spanlit's own documentation.
        writer: the model that will answer, if there is one.
    """
    questions = OWN_QUESTIONS if own else [f"What is {title}?" for title in contents.titles[:3]]
    how = (
        f"{writer.description} writes the answers from what I find."
        if writer
        else "No model is configured, so I answer with quotes and name their sources."
    )
    read = f"I have read **{contents.documents} documents** with {contents.sections} sections."
    asked = "\n".join(f"- {question}" for question in questions)
    return (
        f"{read} {how} You can watch every step of mine in the trace.\n\nYou could ask:\n\n{asked}"
    )
