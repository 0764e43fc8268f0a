"""What a word is when inputs and outputs are searched. Every store finds the same ones."""

import re
from typing import Final

MAX_WORD_BYTES: Final = 64
"""Longer words are not kept by every store, so they cannot be searched."""

_WORD = re.compile(r"[A-Za-z0-9\u0080-\U0010ffff]+")


def fold(text: str) -> str:
    """`text` with its ASCII letters in lower case, which is all that databases agree on."""
    return text.lower() if text.isascii() else text.encode().lower().decode()


def words(text: str) -> list[str]:
    """The distinct words of `text`, folded, in order of appearance.

    A word is a maximal run of ASCII letters, digits and non-ASCII characters.
    """
    return list(dict.fromkeys(_WORD.findall(fold(text))))


def has_words(text: str, wanted: list[str]) -> bool:
    """Whether all of the wanted words occur in `text`.

    A word of ASCII must be a whole word there. One with other characters may be a part of a
    word, because Chinese and Japanese put no space between words.
    """
    folded = fold(text)
    if not all(word in folded for word in wanted):
        return False
    found = set(_WORD.findall(folded))
    return all(word in found for word in wanted if word.isascii())
