"""An MCP server over a folder of documents: `python mcp_server.py FOLDER`, over stdio.

Two tools, `search` and `read_section`, and one resource that says what there is. Any MCP
client can use it; the assistant in `app.py` is one.
"""

import sys
from functools import cache
from pathlib import Path

from documents import load
from errors import DocsError
from index import SectionIndex
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from pydantic import BaseModel

MAX_HITS = 20


class Hit(BaseModel):
    """A section that fits a search."""

    id: str
    title: str
    score: float


class SectionText(BaseModel):
    """A section with its text."""

    id: str
    trail: list[str]
    path: str
    line: int
    text: str

    @property
    def heading(self) -> str:
        """The headings that lead to the section, in one line."""
        return " / ".join(self.trail)


class Contents(BaseModel):
    """What the server has read."""

    documents: int
    sections: int
    titles: list[str]


def build(folder: Path) -> MCPServer:
    """The server over the documents in `folder`, which are read when first asked for."""
    server = MCPServer(
        "docs",
        instructions="Search the documentation, then read the sections that look right.",
        log_level="WARNING",
    )

    @cache
    def index() -> SectionIndex:
        try:
            return SectionIndex(load(folder))
        except DocsError as error:
            # Tools report a ResourceError to the client as they do a ToolError: in its words.
            raise ResourceError(str(error)) from error

    @server.tool()
    def search(query: str, limit: int = 5) -> list[Hit]:
        """Find sections by words. Returns ids for read_section, the best first."""
        found = index().search(query, min(limit, MAX_HITS))
        return [Hit(id=section.id, title=section.title, score=score) for section, score in found]

    @server.tool()
    def read_section(section: str) -> SectionText:
        """Read one section, by its id from search or by its exact title."""
        found = index().find(section)
        if found is None:
            raise ToolError(no_such_section(section, index().similar_titles(section)))
        return SectionText(
            id=found.id,
            trail=list(found.trail),
            path=found.path,
            line=found.line,
            text=found.text,
        )

    @server.resource("docs://contents", mime_type="application/json")
    def contents() -> Contents:
        """How many documents and sections there are, and the titles of the documents."""
        sections = index().sections
        titles: dict[str, str] = {}
        for section in sections:
            titles.setdefault(section.path, section.trail[0])
        return Contents(documents=len(titles), sections=len(sections), titles=list(titles.values()))

    return server


def no_such_section(name: str, similar: list[str]) -> str:
    """What to tell a client that asked for a section by a title that does not exist."""
    hint = "Similar titles: " + "; ".join(similar) + "." if similar else "Use search to find one."
    return f'There is no section "{name}". {hint}'


if __name__ == "__main__":
    build(Path(sys.argv[1])).run()
