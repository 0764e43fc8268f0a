"""What the tables of spanlit.toml have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of spanlit.toml. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
