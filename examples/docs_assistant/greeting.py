"""The first words of the assistant: what it has read, and what one could ask."""

from mcp_server import Contents

OWN_QUESTIONS = [
    "How do I stream an answer word by word?",
    "What happens to running steps when the process is killed?",
    "Where is my data kept, and how do I send traces to Phoenix?",
]
"""What one could ask of Spanlit's own documentation."""


def greeting(contents: Contents, how: str, *, own: bool) -> str:
    """Greet in Markdown.

    Args:
        contents: what the MCP server has read.
        how: a sentence about how answers are made.
        own: whether that is Spanlit's own documentation.
    """
    questions = OWN_QUESTIONS if own else [f"What is {title}?" for title in contents.titles[:3]]
    suggestions = "\n".join(f"- {question}" for question in questions)
    documents = "1 document" if contents.documents == 1 else f"{contents.documents} documents"
    return (
        f"I have read **{documents}** with {contents.sections} sections. {how} "
        f"You can watch every step of mine in the trace.\n\nYou could ask:\n\n{suggestions}"
    )
