"""What a score may say: limits for all, and what the app declared."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Final

import orjson

from spanlit.server.config_scores import (
    MAX_CHOICE_CHARS,
    MAX_CHOICES,
    MAX_NAME_CHARS,
    THUMBS,
    ScoreDeclaration,
)
from spanlit.storage.models import ScoreType
from spanlit.tracing.content import clean, to_json

MAX_COMMENT_CHARS: Final = 10_000
MAX_METADATA_CHARS: Final = 10_000
MAX_NUMBER: Final = 1e15
"""Beyond this a float does not hold every whole number."""
_SHOWN_CHARS: Final = 60

ScoreValue = float | bool | str
"""A number, a yes or no, or the name of a category."""


class ScoreError(ValueError):
    """A score says what it may not say, or is on something that is not known."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a score says, checked: without what it is on and who says so."""

    name: str
    type: ScoreType
    value: float | None = None
    label: str = ""
    comment: str = ""
    reasons: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


class ScoreRules:
    """The scores that an app knows.

    Args:
        declared: What the app declared; the thumbs are declared anyway.
        strict: Refuse names that are not declared.
    """

    def __init__(self, declared: Iterable[ScoreDeclaration] = (), *, strict: bool = False) -> None:
        self._declared = {one.name: one for one in (THUMBS, *declared)}
        self._strict = strict

    @property
    def declared(self) -> list[ScoreDeclaration]:
        """All declared scores, the thumbs first."""
        return list(self._declared.values())

    def declares(self, name: str) -> bool:
        """Whether a score of this name is declared."""
        return name in self._declared

    def check(
        self,
        name: str,
        value: ScoreValue | None = None,
        *,
        label: str = "",
        comment: str = "",
        reasons: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> Opinion:
        """What is said, if it may be said.

        Raises:
            ScoreError: The message names the score, what was given and what is accepted.
        """
        name = checked_name(name)
        declared = self._declared.get(name)
        if declared is None and self._strict:
            raise ScoreError(
                f"The score {name!r} is not declared; declared are "
                f"{', '.join(map(repr, self._declared))}. Declare it in [[scores]] of "
                "spanlit.toml, or set chat.strict_scores to false."
            )
        if isinstance(value, str):
            if label:
                raise ScoreError(
                    f"Score {name!r}: value is {_shown(value)} and label is {_shown(label)}; "
                    "accepted: one of them, or a number as value."
                )
            label = value
            value = None
        said = Opinion(
            name=name,
            type=_type_of(value, label) if declared is None else declared.type,
            value=_number(name, value),
            label=_text(name, "label", label, MAX_CHOICE_CHARS),
            comment=_text(name, "comment", comment, MAX_COMMENT_CHARS, lines=True),
            reasons=_reasons(name, reasons, declared),
            metadata=_metadata(name, metadata),
        )
        _check_content(said, is_bool=isinstance(value, bool), declared=declared)
        return said


def checked_name(name: object) -> str:
    """`name`, if a score may bear it.

    Raises:
        ScoreError: It is empty, too long or not printable.
    """
    if not isinstance(name, str) or not name.strip() or not clean(name).isprintable():
        raise ScoreError(
            f"The name of a score is {_shown(name)}; accepted: printable text, such as 'relevance'."
        )
    if len(name) > MAX_NAME_CHARS:
        raise ScoreError(
            f"The name of a score has {len(name):,} characters; accepted: up to {MAX_NAME_CHARS}."
        )
    return clean(name)


def _type_of(value: object, label: str) -> ScoreType:
    """What a score that is not declared holds."""
    if isinstance(value, bool):
        return "boolean"
    if value is not None:
        return "number"
    return "category" if label else "text"


def _check_content(said: Opinion, *, is_bool: bool, declared: ScoreDeclaration | None) -> None:
    match said.type:
        case "number":
            _check_number(said, is_bool, declared)
        case "boolean":
            if said.value not in (0, 1):
                raise _wrong(said, "value", said.value, "True (1) or False (0)")
        case "category":
            labels = declared.labels if declared else ()
            if not said.label or (labels and said.label not in labels):
                raise _wrong(said, "label", said.label, _choices(labels) or "a category")
        case "text":
            if said.value is not None or said.label:
                raise _wrong(said, "value", said.label or said.value, "none, only a comment")
            if not said.comment:
                raise _wrong(said, "comment", said.comment, "a text, as it has no value")


def _check_number(said: Opinion, is_bool: bool, declared: ScoreDeclaration | None) -> None:
    accepted = _numbers(declared)
    if said.value is None:
        raise _wrong(said, "value", said.label or None, accepted)
    if is_bool:
        raise _wrong(said, "value", bool(said.value), accepted)
    if declared is None:
        return
    fits = declared.least <= said.value <= declared.greatest
    if not fits or (declared.integer and not said.value.is_integer()):
        raise _wrong(said, "value", said.value, accepted)


def _numbers(declared: ScoreDeclaration | None) -> str:
    noun = "a whole number" if declared and declared.integer else "a number"
    if declared is None or (declared.min is None and declared.max is None):
        return noun
    if declared.max is None:
        return f"{noun} of at least {declared.min:g}"
    if declared.min is None:
        return f"{noun} of at most {declared.max:g}"
    return f"{noun} from {declared.min:g} to {declared.max:g}"


def _number(name: str, value: object) -> float | None:
    if value is None:
        return None
    try:
        number = float(value) if isinstance(value, Real) else math.nan
    except OverflowError:
        number = math.inf
    if not abs(number) <= MAX_NUMBER:  # neither is NaN
        raise ScoreError(
            f"Score {name!r}: value is {_shown(value)}; accepted: a finite number "
            f"up to {MAX_NUMBER:g}, True, False or the name of a category."
        )
    return number


def _text(name: str, what: str, text: object, limit: int, *, lines: bool = False) -> str:
    if not isinstance(text, str):
        raise ScoreError(f"Score {name!r}: {what} is {_shown(text)}; accepted: text.")
    if len(text) > limit:
        raise ScoreError(
            f"Score {name!r}: {what} has {len(text):,} characters; accepted: up to {limit:,}."
        )
    text = clean(text)
    if not lines and text and not text.isprintable():
        raise ScoreError(f"Score {name!r}: {what} is {_shown(text)}; accepted: printable text.")
    return text.strip()


def _reasons(name: str, reasons: object, declared: ScoreDeclaration | None) -> tuple[str, ...]:
    if isinstance(reasons, str) or not isinstance(reasons, Sequence):
        raise ScoreError(
            f"Score {name!r}: reasons is {_shown(reasons)}; accepted: a list of texts."
        )
    if len(reasons) > MAX_CHOICES:
        raise ScoreError(
            f"Score {name!r}: {len(reasons):,} reasons; accepted: up to {MAX_CHOICES}."
        )
    texts = (_text(name, "a reason", reason, MAX_CHOICE_CHARS) for reason in reasons)
    given = tuple(dict.fromkeys(text for text in texts if text))
    known = (*declared.reasons, *declared.good_reasons) if declared else ()
    unknown = next((reason for reason in given if known and reason not in known), None)
    if unknown is not None:
        raise ScoreError(
            f"Score {name!r}: a reason is {_shown(unknown)}; accepted: {_choices(known)}."
        )
    return given


def _metadata(name: str, metadata: object) -> dict[str, Any]:
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        raise ScoreError(f"Score {name!r}: metadata is {_shown(metadata)}; accepted: a dict.")
    text = to_json(metadata)
    if len(text) > MAX_METADATA_CHARS:
        raise ScoreError(
            f"Score {name!r}: metadata has {len(text):,} characters of JSON; "
            f"accepted: up to {MAX_METADATA_CHARS:,}."
        )
    try:
        plain: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError as error:  # lone surrogates, numbers without end
        raise ScoreError(f"Score {name!r}: metadata is no JSON: {error}.") from error
    return plain


def _wrong(said: Opinion, what: str, given: object, accepted: str) -> ScoreError:
    return ScoreError(f"Score {said.name!r}: {what} is {_shown(given)}; accepted: {accepted}.")


def _choices(choices: Sequence[str]) -> str:
    return ", ".join(map(repr, choices))


def _shown(given: object) -> str:
    """What was given, short, for an error."""
    if given is None or given == "":
        return "missing"
    text = json.dumps(given) if isinstance(given, str) else repr(given)
    text = clean(text)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
