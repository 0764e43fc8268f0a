"""What a score may say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from spanlit.server.chat.score_rules import Opinion, ScoreError, ScoreRules
from spanlit.server.config_scores import ScoreDeclaration

DECLARED = [
    ScoreDeclaration(name="relevance", min=0, max=1),
    ScoreDeclaration(name="stars", min=1, max=5, integer=True),
    ScoreDeclaration(name="at least", min=0),
    ScoreDeclaration(name="at most", max=0),
    ScoreDeclaration(name="grounded", type="boolean", reasons=("invented", "outdated")),
    ScoreDeclaration(name="topic", type="category", labels=("on", "off")),
    ScoreDeclaration(name="tone", type="category"),
    ScoreDeclaration(name="note", type="text"),
]


@pytest.fixture
def check() -> Callable[..., Opinion]:
    return ScoreRules(DECLARED).check


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0.5,), Opinion("x", "number", 0.5)),
        ((3,), Opinion("x", "number", 3.0)),
        ((True,), Opinion("x", "boolean", 1.0)),
        ((False,), Opinion("x", "boolean", 0.0)),
        (("good",), Opinion("x", "category", label="good")),
    ],
)
def test_the_type_of_an_undeclared_score_is_that_of_its_value(
    check: Callable[..., Opinion], given: tuple[Any], said: Opinion
) -> None:
    assert check("x", *given) == said


def test_a_score_can_be_a_label_a_comment_or_a_number_with_a_label(
    check: Callable[..., Opinion],
) -> None:
    assert check("x", label="good") == Opinion("x", "category", label="good")
    assert check("x", comment="why") == Opinion("x", "text", comment="why")
    assert check("x", 0.9, label="good") == Opinion("x", "number", 0.9, label="good")


def test_everything_is_kept(check: Callable[..., Opinion]) -> None:
    said = check("x", 1, comment=" a\nb ", reasons=["p", "q", "p"], metadata={"run": 7})

    assert said == Opinion(
        "x", "number", 1.0, comment="a\nb", reasons=("p", "q"), metadata={"run": 7}
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("relevance", 0),
        ("relevance", 1),
        ("stars", 5),
        ("at least", 1e6),
        ("at most", -1),
        ("grounded", True),
        ("grounded", 0),
        ("topic", "on"),
        ("tone", "polite"),
        ("user-feedback", True),
    ],
)
def test_what_was_declared_is_accepted(
    check: Callable[..., Opinion], name: str, value: Any
) -> None:
    assert check(name, value).name == name


@pytest.mark.parametrize(
    ("name", "value", "more", "said"),
    [
        ("relevance", 1.5, {}, "Score 'relevance': value is 1.5; accepted: a number from 0 to 1."),
        ("relevance", True, {}, "Score 'relevance': value is True; accepted: a number from 0 to 1."),
        ("relevance", "high", {}, "Score 'relevance': value is \"high\"; accepted: a number from 0"),
        ("relevance", None, {}, "Score 'relevance': value is missing; accepted: a number from"),
        ("stars", 2.5, {}, "Score 'stars': value is 2.5; accepted: a whole number from 1 to 5."),
        ("at least", -1, {}, "Score 'at least': value is -1.0; accepted: a number of at least 0."),
        ("at most", 1, {}, "Score 'at most': value is 1.0; accepted: a number of at most 0."),
        ("grounded", 0.5, {}, "Score 'grounded': value is 0.5; accepted: True (1) or False (0)."),
        ("grounded", 0, {"reasons": ["x"]}, "a reason is \"x\"; accepted: 'invented', 'outdated'."),
        ("topic", "other", {}, "Score 'topic': label is \"other\"; accepted: 'on', 'off'."),
        ("tone", 1, {}, "Score 'tone': label is missing; accepted: a category."),
        ("note", 1, {"comment": "c"}, "Score 'note': value is 1.0; accepted: none, only a comment."),
        ("note", None, {}, "Score 'note': comment is missing; accepted: a text"),
        ("x", None, {}, "Score 'x': comment is missing; accepted: a text, as it has no value."),
        ("x", float("nan"), {}, "Score 'x': value is nan; accepted: a finite number"),
        ("x", 1e400, {}, "Score 'x': value is inf; accepted: a finite number"),
        ("x", 10**400, {}, "Score 'x': value is 1000000000"),
        ("x", Decimal(1), {}, "Score 'x': value is Decimal('1'); accepted: a finite number"),
        ("x", [1], {}, "Score 'x': value is [1]; accepted: a finite number"),
        ("x", "a", {"label": "b"}, 'value is "a" and label is "b"; accepted: one of them'),
        ("x", 1, {"comment": "c" * 200_000}, "comment has 200,000 characters; accepted: up to 10,000"),
        ("x", "l" * 101, {}, "label has 101 characters; accepted: up to 100."),
        ("x", "a\x00b", {}, 'label is "a\\u0000b"; accepted: printable text.'),
        ("x", 1, {"comment": b"c"}, "comment is b'c'; accepted: text."),
        ("x", 1, {"reasons": "slow"}, 'reasons is "slow"; accepted: a list of texts.'),
        ("x", 1, {"reasons": ["r"] * 51}, "51 reasons; accepted: up to 50."),
        ("x", 1, {"metadata": [1]}, "metadata is [1]; accepted: a dict."),
        ("x", 1, {"metadata": {"a": "m" * 20_000}}, "characters of JSON; accepted: up to 10,000."),
        ("", 1, {}, "The name of a score is missing; accepted: printable text"),
        ("a\nb", 1, {}, 'The name of a score is "a\\nb"; accepted: printable text'),
        ("n" * 101, 1, {}, "The name of a score has 101 characters; accepted: up to 100."),
        (7, 1, {}, "The name of a score is 7; accepted: printable text"),
    ],
)  # fmt: skip
def test_what_is_not_accepted_is_explained(
    check: Callable[..., Opinion], name: Any, value: Any, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScoreError) as refused:
        check(name, value, **more)

    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


def test_lone_surrogates_do_not_reach_the_store(check: Callable[..., Opinion]) -> None:
    said = check("x", 1, comment="a\ud800b")

    assert said.comment.encode().startswith(b"a")
    with pytest.raises(ScoreError, match="metadata is no JSON"):
        check("x", 1, metadata={"k": "\ud800"})


def test_strict_rules_know_declared_names_only() -> None:
    rules = ScoreRules(DECLARED[:1], strict=True)

    assert rules.check("relevance", 1).value == 1
    assert rules.check("user-feedback", 1).value == 1
    with pytest.raises(
        ScoreError,
        match="'other' is not declared; declared are 'user-feedback', 'relevance'",
    ):
        rules.check("other", 1)


def test_an_app_changes_the_reasons_of_the_thumbs() -> None:
    thumbs = ScoreDeclaration(
        name="user-feedback", type="boolean", reasons=("Rude",), good_reasons=("Kind",)
    )
    rules = ScoreRules([thumbs])

    assert [one.name for one in rules.declared] == ["user-feedback"]
    assert rules.check("user-feedback", 1, reasons=["Kind"]).reasons == ("Kind",)
    with pytest.raises(ScoreError, match="accepted: 'Rude', 'Kind'"):
        rules.check("user-feedback", 0, reasons=["Incorrect"])
