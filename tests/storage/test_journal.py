"""Lines of the journal."""

import zlib
from typing import Any

import pytest

from spanlit.storage import Batch
from spanlit.storage.clean import clean_json
from spanlit.storage.models import Action, Ask, Process, Session
from spanlit.storage.store import TABLES
from spanlit.storage.writing.journal import DamagedLine, Row, decode_line, encode_row
from spanlit.tracing.record import SpanEvent, SpanLink
from tests.storage.support import element, ended_span, open_span, score, thread, user


def read(line: bytes) -> Batch:
    batch = Batch("b")
    decode_line(line.rstrip(b"\n"), batch)
    return batch


@pytest.mark.parametrize(
    "row",
    [
        open_span(),
        ended_span(
            attributes={"a": [1, {"b": None}]},
            events=[SpanEvent("e", 5, {"k": 1})],
            links=[SpanLink("a" * 32, "b" * 16, {})],
            output="line\nbreak \u2028 🎉",
        ),
        thread(tags=("a", "b"), metadata={"x": 1}),
        user(),
        element(props={"w": 1}),
        score(),
        score(reasons=("incorrect", "late"), type="boolean"),
        Action("a", "t", "trace", "span", "retry", 1, 2, payload={"x": [1]}),
        Ask("q", "t", "trace", "span", "form", 1, 2, spec={"fields": []}, status="answered"),
        Session("t", "u", 1, 2, state={"step": 3}),
        Process("p", "host", 1, 2, 3),
    ],
    ids=[
        "open span",
        "ended span",
        "thread",
        "user",
        "element",
        "score",
        "score with reasons",
        "action",
        "ask",
        "session",
        "process",
    ],
)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    batch = read(encode_row(row))
    (found,) = [row for table in TABLES for row in getattr(batch, table)]
    assert found == row
    assert encode_row(row).count(b"\n") == 1


def test_what_json_cannot_say_is_cleaned() -> None:
    span = ended_span(
        output="lone \ud800, pair \ud83d\ude00",
        attributes={"big": 2**70, "nan": float("nan"), "object": object(), "\udfff": 1},
    )
    (found,) = read(encode_row(span)).spans
    assert found.output == "lone \ufffd, pair 😀"
    assert found.attributes["big"] == str(2**70)
    assert found.attributes["nan"] is None
    assert found.attributes["\ufffd"] == 1


def test_a_row_that_cannot_be_written_is_refused() -> None:
    class Hostile:
        def __deepcopy__(self, memo: Any) -> Any:
            raise RuntimeError("no copies")

    with pytest.raises(ValueError, match="a row of spans cannot be written: no copies"):
        encode_row(ended_span(attributes={"a": Hostile()}))


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[:-5],
        lambda line: line.replace(b"span 1", b"span 2"),
        lambda line: b"\x00" * len(line),
        lambda line: line[4:],
        lambda line: b"x",
    ],
    ids=["torn", "changed", "zeros", "headless", "foreign"],
)
def test_damage_is_noticed(damage: Any) -> None:
    with pytest.raises(DamagedLine):
        read(damage(encode_row(ended_span())[:-1]))


def test_another_version_may_know_more_or_less() -> None:
    def line(payload: bytes) -> bytes:
        return b"%08x %b" % (zlib.crc32(payload), payload)

    more = b'["users", {"id": "u", "identifier": "i", "created_at_ns": 1, "updated_at_ns": 2, "new": 3}]'
    assert read(line(more)).users[0].id == "u"
    for payload in (b'["users", {"id": "u"}]', b'["planets", {}]', b'["users"]', b"[]", b"7"):
        with pytest.raises(DamagedLine):
            read(line(payload))


def test_cleaning_is_bounded() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    assert isinstance(clean_json(deep), list)
    circle: dict[str, Any] = {}
    circle["self"] = circle
    assert isinstance(clean_json(circle), dict)
    assert clean_json({"t": (1, 2), "s": {3}, "b": b"\xff", 5: "x"}) == {
        "t": [1, 2],
        "s": [3],
        "b": "\ufffd",
        "5": "x",
    }
