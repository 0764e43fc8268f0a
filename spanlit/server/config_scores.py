"""`[[scores]]` of the configuration: which scores an app knows, and what they may say."""

import math
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from spanlit.storage.models import ScoreType

USER_FEEDBACK: Final = "user-feedback"
"""The score that the thumbs below an answer give."""
MAX_NAME_CHARS: Final = 100
MAX_CHOICE_CHARS: Final = 100
MAX_CHOICES: Final = 50

_THUMBS: Final = {
    "description": "Whether the person liked the answer.",
    "type": "boolean",
    "reasons": ("Incorrect", "Incomplete", "Not helpful", "Too slow", "Unsafe"),
    "ask": "user",
}

Choice = Annotated[str, Field(min_length=1, max_length=MAX_CHOICE_CHARS)]
Choices = Annotated[tuple[Choice, ...], Field(max_length=MAX_CHOICES)]


class ScoreDeclaration(BaseModel):
    """One score: its name, what it holds, and how people are asked for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        min_length=1, max_length=MAX_NAME_CHARS, description="Name, as code and people give it."
    )
    description: str = Field("", max_length=500, description="One sentence for people.")
    type: ScoreType = Field("number", description="What it holds.")
    min: float | None = Field(None, allow_inf_nan=False, description="Least number.")
    max: float | None = Field(None, allow_inf_nan=False, description="Greatest number.")
    integer: bool = Field(False, description="Whole numbers only.")
    labels: Choices = Field((), description="The categories.", examples=[["on topic", "off"]])
    reasons: Choices = Field(
        (), description="What people may choose from to explain it.", examples=[["Incorrect"]]
    )
    good_reasons: Choices = Field(
        (), description="The same for a good answer.", examples=[["Clear"]]
    )
    better: Literal["higher", "lower"] = Field("higher", description="Which numbers are good.")
    ask: Literal["user", "none"] = Field("none", description="Whom the page asks for it.")

    @model_validator(mode="before")
    @classmethod
    def _start_from_thumbs(cls, given: object) -> object:
        """Who changes the reasons of the thumbs need not repeat the rest."""
        if isinstance(given, dict) and given.get("name") == USER_FEEDBACK:
            return {**_THUMBS, **given}
        return given

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.type != "number" and (self.min, self.max, self.integer) != (None, None, False):
            raise ValueError('min, max and integer belong to type = "number"')
        if self.type != "category" and self.labels:
            raise ValueError('labels belong to type = "category"')
        if self.least > self.greatest:
            raise ValueError(f"min ({self.min:g}) is greater than max ({self.max:g})")
        if self.name == USER_FEEDBACK and self.type != "boolean":
            raise ValueError(f'{USER_FEEDBACK} is what the thumbs give: type must be "boolean"')
        return self

    @property
    def least(self) -> float:
        """The least number, -inf if there is none."""
        return -math.inf if self.min is None else self.min

    @property
    def greatest(self) -> float:
        """The greatest number, inf if there is none."""
        return math.inf if self.max is None else self.max


THUMBS: Final = ScoreDeclaration(name=USER_FEEDBACK)
"""How the thumbs are declared unless the app changes it."""


def _distinct(declarations: tuple[ScoreDeclaration, ...]) -> tuple[ScoreDeclaration, ...]:
    names = [declaration.name for declaration in declarations]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is declared twice")
    return declarations


ScoreDeclarations = Annotated[tuple[ScoreDeclaration, ...], AfterValidator(_distinct)]
