"""An answer without a model: quotes, an example and the sources, as Markdown."""

import re
from collections.abc import Iterator, Sequence

from mcp_server import SectionText
from quotes import Quote, example


def compose(quotes: Sequence[Quote]) -> str:
    """The quotes under the titles of their sections, the best first, then a list of sources."""
    blocks = []
    for number, quote in enumerate(quotes, start=1):
        blocks.append(f"### {quote.section.heading}")
        blocks.append(f"> {quote.text} [{number}]")
        code = example(quote.section)
        if code and not any(block.startswith(("```", "~~~")) for block in blocks):
            blocks.append(code)
    return "\n\n".join([*blocks, sources([quote.section for quote in quotes])])


def sources(sections: Sequence[SectionText]) -> str:
    """A numbered list of where the sections stand."""
    lines = [
        f"{number}. {section.heading} (`{section.path}`, line {section.line})"
        for number, section in enumerate(sections, start=1)
    ]
    return "\n".join(["**Sources**", "", *lines])


def nothing_found(searches: Sequence[str]) -> str:
    """What to say when no section fits."""
    tried = ", ".join(f"“{search}”" for search in searches)
    return (
        f"I found nothing about this in the documents. I searched for {tried}. "
        "Other words may find it: I look for words, not for meanings."
    )


def warning(quote: str) -> str:
    """What to say of a quote that stands in no section."""
    return f"⚠ The sections below do not contain this quote: “{quote}”"


def words(text: str) -> Iterator[str]:
    """The text word by word, each with the space before it."""
    return (match[0] for match in re.finditer(r"\s*\S+|\s+$", text))
