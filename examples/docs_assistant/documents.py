"""A folder of Markdown, reStructuredText and plain text, cut into sections at its headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from errors import DocsError

SUFFIXES = {".md", ".markdown", ".rst", ".txt"}
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "site-packages"}
MAX_SECTION_CHARS = 6_000

ATX_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
RST_UNDERLINE = re.compile(r"^([=\-~^\"'`#*+.:])\1{2,}\s*$")
LINK_LINE = re.compile(r"^\s*(?:[-*+|]|\d+\.)\s*!?\[[^\]]*\]\(|^\s*\|[\s|:-]*$")
CODE_FENCE = re.compile(r"^\s{0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Section:
    """The text below one heading, up to the next."""

    id: str
    """Path and heading, for example `steps.md#nesting`."""
    path: str
    line: int
    trail: tuple[str, ...]
    """The headings that lead here, outermost first."""
    text: str

    @property
    def title(self) -> str:
        return self.trail[-1]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    title: str
    line: int
    """Number of the line of the heading, from 1."""
    body: int
    """Index of the first line below the heading."""


def load(folder: Path) -> list[Section]:
    """Read every document below `folder`, in the order of their paths.

    Lists of links are left out: what they lead to says it better.

    Raises:
        DocsError: there is no such folder, or no document with text in it.
    """
    if not folder.is_dir():
        raise DocsError(f"There is no folder {folder}. Name one with `spanlit hello --docs PATH`.")
    sections = [section for path in _documents(folder) for section in _sections(path, folder)]
    if not sections:
        kinds = ", ".join(sorted(SUFFIXES))
        raise DocsError(
            f"The folder {folder} holds no document with text ({kinds}). "
            "Name another one with `spanlit hello --docs PATH`."
        )
    return sections


def _documents(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in SKIPPED_FOLDERS for part in parts)
        if path.suffix.lower() not in SUFFIXES or hidden:
            continue
        # A link in documents from elsewhere must not lead to files that nobody meant to show.
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path


def _sections(path: Path, folder: Path) -> Iterator[Section]:
    name = path.relative_to(folder).as_posix()
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise DocsError(f"Cannot read {path}: {error.strerror}.") from error
    trail: list[tuple[int, str]] = []
    taken: dict[str, int] = {}
    headings = [Heading(0, _title_of_file(path), 1, 0), *_headings(path, lines)]
    ends = [heading.line - 1 for heading in headings[1:]] + [len(lines)]
    for heading, end in zip(headings, ends, strict=True):
        while trail and trail[-1][0] >= heading.level:
            trail.pop()
        trail.append((heading.level, heading.title))
        # The name of the file leads only where no heading of its own does.
        titles = tuple(title for level, title in trail if level or len(trail) == 1)
        body = lines[heading.body : end]
        if all(not line.strip() or LINK_LINE.match(line) for line in body):
            continue
        for text in _pieces("\n".join(body).strip()):
            slug = _slug(heading.title)
            taken[slug] = taken.get(slug, 0) + 1
            number = f"-{taken[slug]}" if taken[slug] > 1 else ""
            yield Section(f"{name}#{slug}{number}", name, heading.line, titles, text)


def _headings(path: Path, lines: list[str]) -> Iterator[Heading]:
    if path.suffix.lower() == ".rst":
        return _rst_headings(lines)
    if path.suffix.lower() == ".txt":
        return iter(())
    return _markdown_headings(lines)


def _markdown_headings(lines: list[str]) -> Iterator[Heading]:
    fence = ""
    for index, line in enumerate(lines):
        if match := CODE_FENCE.match(line):
            if not fence:
                fence = match[1]
            elif fence == match[1]:
                fence = ""
        elif not fence and (match := ATX_HEADING.match(line)):
            yield Heading(len(match[1]), match[2], index + 1, index + 1)


def _rst_headings(lines: list[str]) -> Iterator[Heading]:
    levels: list[str] = []
    for index, (title, underline) in enumerate(pairwise(lines)):
        match = RST_UNDERLINE.match(underline)
        if match and title.strip() and title[0] != " " and not RST_UNDERLINE.match(title):
            if match[1] not in levels:
                levels.append(match[1])
            yield Heading(levels.index(match[1]) + 1, title.strip(), index + 1, index + 2)


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text at blank lines, so that no section outgrows a model's attention."""
    while len(text) > MAX_SECTION_CHARS:
        cut = text.rfind("\n\n", 0, MAX_SECTION_CHARS)
        cut = cut if cut > 0 else MAX_SECTION_CHARS
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text


def _title_of_file(path: Path) -> str:
    return path.stem.replace("-", " ").replace("_", " ").capitalize()


def _slug(title: str) -> str:
    return "-".join(re.findall(r"\w+", title.lower())) or "section"
