"""What to look up for a question: a guess at a title, and searches."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

MAX_SEARCHES = 3
FRAGMENT = 2
"""A question of so few words is no sentence and goes on from the one before."""

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be been but by can could did do does doing
    done else even explain find for from get give go had happens has have he help her here him
    his how i if in into is it its just know let like make may me mean means might more my need
    no not now of off on one only or our out please say says shall she should show so some tell
    than that the their them then there these they this those to too under up us use used using
    very want was way we were what when where whether which while who whose why will with work
    works would you your""".split()  # noqa: SIM905 - a list of quoted words is four times as long
)
POINTS_BACK = frozenset(["it", "its", "that", "them", "there", "these", "they", "this", "those"])
CLAUSE_END = re.compile(r"[?!;:,.]\s|[?!;:,.]$|\s(?:and|or|but)\s", re.IGNORECASE)


class Said(TypedDict):
    """A message of the conversation, as models take it."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find the answer."""

    guess: str
    """Title of a section that would answer the question, if it exists."""
    searches: list[str]


def plan(question: str, earlier: Sequence[str] = ()) -> Plan:
    """Split a question into searches, without a model.

    Args:
        question: what the user asks now.
        earlier: the questions before it, oldest first. A question that points back ("and how do
            I test that?") or is a fragment ("examples?") is searched for with the words of the
            last of them.
    """
    clauses = [clause for clause in CLAUSE_END.split(question) if keywords(clause)]
    if not clauses:
        clauses = [question]
    searches = [" ".join(keywords(clause)) or clause for clause in clauses[:MAX_SEARCHES]]
    if earlier and _points_back(question):
        context = " ".join(keywords(earlier[-1]))
        searches = [f"{search} {context}".strip() for search in searches]
    return Plan(guess=_title(clauses[0]), searches=searches)


def parse(answer: str) -> Plan | None:
    """The plan in a model's answer; None if there is none, which small models manage."""
    try:
        found = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])
        searches = [str(search) for search in found["searches"] if str(search).strip()]
        return Plan(str(found["guess"]), searches[:MAX_SEARCHES]) if searches else None
    except (ValueError, KeyError, TypeError):
        return None


def keywords(text: str) -> list[str]:
    """The words that carry the meaning, lower case, each once."""
    words = re.findall(r"\w+", text.lower())
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def _points_back(question: str) -> bool:
    words = re.findall(r"\w+", question.lower())
    return len(words) <= FRAGMENT or not POINTS_BACK.isdisjoint(words)


def _title(clause: str) -> str:
    """The clause without its question words, as a heading would have it."""
    words = clause.strip(" ?!.,;:").split()
    while len(words) > 1 and words[0].lower() in STOP_WORDS:
        words = words[1:]
    title = " ".join(words) or clause
    return title[:1].upper() + title[1:]
