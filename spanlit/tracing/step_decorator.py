"""The decorator `@step`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from .steps import Step

P = ParamSpec("P")
R = TypeVar("R")


@overload
def step(original_function: Callable[P, R]) -> Callable[P, R]: ...


@overload
def step(
    original_function: None = None,
    *,
    name: str | None = "",
    type: str = "undefined",
    id: str | None = None,
    parent_id: str | None = None,
    tags: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    language: str | None = None,
    icon: str | None = None,
    show_input: bool | str = "json",
    default_open: bool = False,
    auto_collapse: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def step(
    original_function: Callable[P, R] | None = None,
    *,
    name: str | None = "",
    type: str = "undefined",  # Chainlit's name
    id: str | None = None,  # Chainlit's name
    parent_id: str | None = None,
    tags: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    language: str | None = None,
    icon: str | None = None,
    show_input: bool | str = "json",
    default_open: bool = False,
    auto_collapse: bool = False,
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Make every call of a function a step: `@step` or `@step(type="tool")`.

    Works on `def`, `async def` and generators of both kinds. The arguments become the input and
    the return value becomes the output; a generator streams every string that it yields, and
    its step lasts until it is exhausted or closed.

    Args:
        original_function: The function, when the decorator is used without arguments.
        name: Name of the step; that of the function by default.
        type: See `Step`, as for all further arguments.
        id: Not used.
        parent_id: Id of a step of the same trace under which to stand.
        tags: Words to find the step by.
        metadata: Any facts, stored with the step.
        language: Language of the output.
        icon: Name of a Lucide icon.
        show_input: False hides the input; a language highlights it.
        default_open: Show the step unfolded.
        auto_collapse: Fold the step when it ends.
    """
    template = Step(
        name=name,
        type=type,
        id=id,
        parent_id=parent_id,
        tags=tags,
        metadata=metadata,
        language=language,
        icon=icon,
        show_input=show_input,
        default_open=default_open,
        auto_collapse=auto_collapse,
    )
    return template if original_function is None else template(original_function)
