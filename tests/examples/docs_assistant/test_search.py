from documents import Section
from index import SectionIndex
from mcp_server import Hit
from ranking import fuse


def section(title: str, text: str) -> Section:
    return Section(id=f"a.md#{title.lower()}", path="a.md", line=1, trail=("A", title), text=text)


INDEX = SectionIndex(
    [
        section("Streaming", "Send a message token by token."),
        section("Storage", "Rows are kept in ClickHouse. Messages are rows."),
        section("Sessions", "What a user said is kept per thread."),
    ]
)


def test_words_are_found_in_any_form_and_titles_count_more() -> None:
    found = INDEX.search("streams of messages", 5)

    assert [section.title for section, _ in found] == ["Streaming", "Storage"]
    assert found[0][1] > found[1][1]


def test_a_query_is_words_not_syntax() -> None:
    assert INDEX.search('"( NOT * AND', 5) == []
    assert INDEX.search("?!", 5) == []
    assert [section.title for section, _ in INDEX.search("kept:(ClickHouse", 1)] == ["Storage"]


def test_sections_are_found_by_id_and_by_title() -> None:
    assert INDEX.find(" streaming ") is INDEX.find("A.md#streaming")
    assert INDEX.find("Stream") is None
    assert INDEX.similar_titles("Stream")[0] == "Streaming"


def test_what_several_searches_find_comes_first() -> None:
    def hits(*names: str) -> list[Hit]:
        return [Hit(id=name, title=name, score=1) for name in names]

    fused = fuse([hits("a", "b", "c"), hits("d", "b")])

    assert [hit.id for hit in fused] == ["b", "a", "d", "c"]
