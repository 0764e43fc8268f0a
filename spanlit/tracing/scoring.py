"""How a step is scored although nobody here keeps scores: by whoever said that they do."""

from collections.abc import Callable
from typing import Any

Scorer = Callable[..., Any]
"""Takes `name`, `value`, and keyword arguments of which `target` is the step."""

_scorer: Scorer | None = None


def set_scorer(scorer: Scorer) -> None:
    """Let `scorer` keep the scores of steps."""
    global _scorer
    _scorer = scorer


def scorer() -> Scorer:
    """Who keeps scores.

    Raises:
        RuntimeError: Nobody does.
    """
    if _scorer is None:
        raise RuntimeError(
            "Nobody keeps scores here: a step can be scored in an app that `spanlit run` serves."
        )
    return _scorer
