from pathlib import Path

import pytest
from documents import MAX_SECTION_CHARS, load
from errors import DocsError


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text)
    return folder


def test_markdown_is_cut_at_headings_outside_code(tmp_path: Path) -> None:
    write(
        tmp_path,
        guide_md="# Guide\nHello.\n\n## Run\n```sh\n# no heading\nrun\n```\n\n## Stop ##\nStop it.\n",
    )

    sections = load(tmp_path)

    assert [(s.id, s.line, s.trail) for s in sections] == [
        ("guide.md#guide", 1, ("Guide",)),
        ("guide.md#run", 4, ("Guide", "Run")),
        ("guide.md#stop", 10, ("Guide", "Stop")),
    ]
    assert sections[1].text == "```sh\n# no heading\nrun\n```"


def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "private.md").write_text("secret")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "leak.md").symlink_to(tmp_path / "private.md")
    (docs / "real.md").write_text("text")
    (docs / "alias.md").symlink_to(docs / "real.md")
    (tmp_path / "link").symlink_to(docs)

    for folder in (docs, tmp_path / "link"):
        assert {section.path for section in load(folder)} == {"alias.md", "real.md"}


def test_headings_without_text_are_no_sections(tmp_path: Path) -> None:
    write(tmp_path, a_md="# Top\n## Inner\ntext\n")

    assert [section.title for section in load(tmp_path)] == ["Inner"]


def test_text_before_the_first_heading_is_named_after_the_file(tmp_path: Path) -> None:
    write(tmp_path, release_notes_txt="First release.\n")

    (section,) = load(tmp_path)

    assert (section.title, section.text) == ("Release notes", "First release.")


def test_restructured_text_takes_its_levels_from_their_order(tmp_path: Path) -> None:
    write(tmp_path, a_rst="Top\n===\nintro\n\nInner\n-----\nmore\n\nNext\n====\nlast\n")

    assert [section.trail for section in load(tmp_path)] == [("Top",), ("Top", "Inner"), ("Next",)]


def test_equal_headings_of_a_file_get_different_ids(tmp_path: Path) -> None:
    write(tmp_path, a_md="# Use\none\n# Use\ntwo\n")

    assert [section.id for section in load(tmp_path)] == ["a.md#use", "a.md#use-2"]


def test_long_sections_are_cut_at_blank_lines(tmp_path: Path) -> None:
    paragraph = "word " * 200
    write(tmp_path, long_txt="\n\n".join([paragraph] * 30))

    sections = load(tmp_path)

    assert len(sections) > 3
    assert all(len(section.text) <= MAX_SECTION_CHARS for section in sections)
    assert all(section.text.startswith("word") for section in sections)


def test_hidden_folders_are_skipped(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    write(tmp_path / ".venv", no_md="# No\nno")
    write(tmp_path, yes_md="# Yes\nyes")

    assert [section.title for section in load(tmp_path)] == ["Yes"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocsError, match=r"There is no folder .*nowhere\. .*--docs PATH"):
        load(tmp_path / "nowhere")


def test_a_folder_without_documents_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocsError, match="holds no document with text"):
        load(tmp_path)
