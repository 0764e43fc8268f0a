"""Quotes: picking them from sections, and checking that they really stand there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_server import SectionText

MAX_QUOTE_CHARS = 420
MAX_EXAMPLE_LINES = 30
ENOUGH = 0.5
"""Share of the words of the best quote that another one must have."""
STEM = 5
"""Words that begin with the same letters count as one: stream, streams, streaming."""

CODE_BLOCK = re.compile(r"^(```|~~~)[^\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`*_\"(])")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a section, without the targets of links and with single spaces."""

    text: str
    section: SectionText


def pick(sections: Iterable[SectionText], words: Sequence[str]) -> list[Quote]:
    """From each section the passage that has most of `words`, if it has enough of them."""
    stems = {_stem(word) for word in words}
    found: list[tuple[int, Quote]] = []
    for section in sections:
        best = max(_passages(section.text), key=lambda text: _hits(text, stems), default="")
        hits = _hits(f"{best} {section.heading}", stems)
        found.append((hits, Quote(_shorten(best, stems), section)))
    most = max((hits for hits, _ in found), default=0)
    return [quote for hits, quote in found if quote.text and hits and hits >= most * ENOUGH]


def example(section: SectionText) -> str:
    """The first code block of a section, with its fences; empty if it has none or a long one."""
    match = CODE_BLOCK.search(section.text)
    return match[0] if match and match[0].count("\n") <= MAX_EXAMPLE_LINES else ""


def quoted(markdown: str) -> list[str]:
    """The quotes in an answer: block quotes, without a source that stands in brackets."""
    found, lines = [], []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith(">"):
            lines.append(line.lstrip("> "))
        elif lines:
            found.append(re.sub(r"\s*\[\d+\]\s*$", "", " ".join(lines)))
            lines = []
    return [text for text in found if text.strip()]


def unsupported(quotes: Iterable[str], sections: Sequence[SectionText]) -> list[str]:
    """The quotes that stand, word for word, in none of the sections."""
    texts = [_plain(section.text) for section in sections]
    return [quote for quote in quotes if not any(_plain(quote) in text for text in texts)]


def _passages(text: str) -> list[str]:
    """Paragraphs and list items; no code, tables or headings."""
    prose = CODE_BLOCK.sub("", text)
    blocks = [item for block in re.split(r"\n\s*\n", prose) for item in LIST_ITEM.split(block)]
    return [_plain(block) for block in blocks if block.strip() and block.strip()[0] not in "|<#>"]


def _plain(text: str) -> str:
    return " ".join(LINK.sub(r"\1", text).split())


def _hits(text: str, stems: set[str]) -> int:
    return len(stems & {_stem(word) for word in re.findall(r"\w+", text.lower())})


def _stem(word: str) -> str:
    return word.rstrip("s")[:STEM]


def _shorten(passage: str, stems: set[str]) -> str:
    """Whole sentences up to the limit, around the one that has most of the words."""
    if len(passage) <= MAX_QUOTE_CHARS:
        return passage
    sentences = SENTENCE_END.split(passage)
    best = max(range(len(sentences)), key=lambda number: _hits(sentences[number], stems))
    end = best + 1
    while end < len(sentences) and len(" ".join(sentences[best : end + 1])) <= MAX_QUOTE_CHARS:
        end += 1
    return " ".join(sentences[best:end])
