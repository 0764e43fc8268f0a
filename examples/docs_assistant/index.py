"""Full-text search over sections: BM25 by SQLite's FTS5, which comes with Python."""

import re
import sqlite3
from collections.abc import Sequence
from difflib import get_close_matches

from documents import Section

TITLE_WEIGHT = 6.0
TEXT_WEIGHT = 1.0


class SectionIndex:
    """Sections in memory, found by words, by title or by id."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = list(sections)
        self._by_name = {section.title.casefold(): section for section in reversed(sections)}
        self._by_name |= {section.id.casefold(): section for section in sections}
        # The MCP server calls synchronous tools from worker threads, one at a time.
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE VIRTUAL TABLE sections USING fts5(title, text, tokenize='porter unicode61')"
        )
        self._db.executemany(
            "INSERT INTO sections (rowid, title, text) VALUES (?, ?, ?)",
            [
                (number, " ".join(section.trail), section.text)
                for number, section in enumerate(self.sections)
            ],
        )

    def search(self, query: str, limit: int) -> list[tuple[Section, float]]:
        """The sections that fit `query` best, with their BM25 scores (higher is better)."""
        words = re.findall(r"\w+", query)
        if not words:
            return []
        rows = self._db.execute(
            "SELECT rowid, -bm25(sections, ?, ?) AS score FROM sections"
            " WHERE sections MATCH ? ORDER BY score DESC LIMIT ?",
            (TITLE_WEIGHT, TEXT_WEIGHT, " OR ".join(f'"{word}"' for word in words), limit),
        )
        return [(self.sections[number], round(score, 3)) for number, score in rows]

    def find(self, name: str) -> Section | None:
        """The section with this id, or the first one with this title; case does not matter."""
        return self._by_name.get(name.strip().casefold())

    def similar_titles(self, name: str, limit: int = 3) -> list[str]:
        """Titles that look like `name`, the nearest first."""
        titles = {section.title.casefold(): section.title for section in self.sections}
        near = get_close_matches(name.casefold(), titles, n=limit, cutoff=0.4)
        return [titles[title] for title in near]
