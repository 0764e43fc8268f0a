"""Whatever an app puts into a step, the step never fails and the text can be sent."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanlit.tracing import Step
from spanlit.tracing.content import clean, to_json, to_text, utf16_length
from tests.tracing.support import MemorySink

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary()
    | st.dates()
    | st.uuids()
    | st.decimals(allow_nan=False)
    | st.builds(object)
    | st.just(int)
    | st.just(...)
)
KEYS = st.text(st.characters()) | st.integers() | st.booleans() | st.none() | st.binary()
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.frozensets(LEAVES, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_value_becomes_text_that_can_be_encoded(value: object) -> None:
    text, mime = to_text(value)
    text.encode()
    if mime == "application/json":
        json.loads(text)


@given(st.text(st.characters()))
def test_clean_text_stays(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert utf16_length(cleaned) == len(cleaned.encode("utf-16-le")) // 2
    if not any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        assert cleaned == text


class Rude:
    """Breaks in every way in which a value is looked at."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__

    @property
    def model_dump(self) -> object:
        raise RuntimeError


class RudeDict(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError


class BrokenModel:
    def model_dump(self, mode: str) -> object:
        raise RuntimeError("half initialised")


def circular() -> list[Any]:
    value: list[Any] = [1]
    value.append(value)
    return value


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [Rude(), [Rude()], RudeDict(a=1), BrokenModel(), circular(), deep(), {"a": circular()}]
)
def test_values_that_resist(value: object) -> None:
    text, _mime = to_text(value)
    assert text
    assert json.loads(to_json(value)) is not None


@settings(max_examples=30)
@given(VALUES, VALUES)
def test_setters_never_raise(first: object, second: object) -> None:
    with Step("x", metadata={"value": first}) as one:
        one.input = first
        one.output = second
    assert (one.input, one.output) == (to_text(first)[0], to_text(second)[0])


def test_a_step_with_such_values_is_recorded(spans: MemorySink) -> None:
    with Step("x", metadata={"rude": Rude()}, tags=["\ud800"]) as one:
        one.input = Rude()
        one.output = circular()
    record = spans.only
    assert record.status == "ok"
    assert "Rude" in record.input
    json.dumps(record.attributes, ensure_ascii=False).encode()
