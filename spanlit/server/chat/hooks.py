"""The decorators by which an app says what it does, and the registry that they fill."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

F = TypeVar("F", bound=Callable[..., Any])

_MAX_HOOK_THREADS: Final = 1_000
"""How many sync hooks of an app run at a time; each holds a thread while it blocks."""
_END: Final = object()


@dataclass(frozen=True, slots=True)
class Hook:
    """A function of the app, with what is needed to call it."""

    function: Callable[..., Any]
    is_async: bool
    max_args: int | None
    """How many positional arguments it takes; None if any number."""

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Hook":
        """Inspect `function` once, so that calls are cheap."""
        return cls(function, _is_async(function), _max_positional(function))


class Hooks(Mapping[str, Hook]):
    """The hooks of one app by name. Registering a name again replaces the earlier function."""

    def __init__(self) -> None:
        self._hooks: dict[str, Hook] = {}
        self._limiter = CapacityLimiter(_MAX_HOOK_THREADS)

    def __getitem__(self, name: str) -> Hook:
        return self._hooks[name]

    def __len__(self) -> int:
        return len(self._hooks)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hooks)

    def add(self, name: str, function: Callable[..., Any]) -> None:
        """Register `function` under `name`."""
        self._hooks[name] = Hook.of(function)

    def replace(self, other: Mapping[str, Hook]) -> None:
        """Take over the hooks of `other`, for example of a newer version of the app file."""
        self._hooks = dict(other)

    async def call(self, name: str, *args: Any) -> Any:
        """Call the hook `name`, if there is one, with as many of `args` as it takes.

        A plain function runs in a worker thread that sees the caller's context. When the
        caller is cancelled, it is left behind: a thread cannot be stopped. A plain generator
        becomes an async one, whose every step runs in a thread.
        """
        hook = self._hooks.get(name)
        if hook is None:
            return None
        call = functools.partial(hook.function, *args[: hook.max_args])
        if hook.is_async:
            return await call()
        result = await self._in_thread(call)
        if inspect.isgenerator(result):
            return self._stepwise(result)
        return await result if inspect.isawaitable(result) else result

    async def _stepwise(self, generator: Iterator[Any]) -> AsyncIterator[Any]:
        # One context for all steps: what is current at a `yield` is so when it goes on.
        step = functools.partial(copy_context().run, next, generator, _END)
        while (item := await self._in_thread(step)) is not _END:
            yield item

    async def _in_thread(self, call: Callable[[], Any]) -> Any:
        return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._limiter)


_loading: ContextVar[Hooks] = ContextVar("spanlit_loading_hooks")


@contextmanager
def registering(hooks: Hooks) -> Iterator[None]:
    """While this is entered, the decorators below register on `hooks`."""
    token = _loading.set(hooks)
    try:
        yield
    finally:
        _loading.reset(token)


def on_app_startup(function: F) -> F:
    """Call `function()` once, before the server takes its first connection."""
    return _register("on_app_startup", function)


def on_app_shutdown(function: F) -> F:
    """Call `function()` once, when the server stops."""
    return _register("on_app_shutdown", function)


def on_chat_start(function: F) -> F:
    """Call `function()` when a user begins a chat."""
    return _register("on_chat_start", function)


def on_chat_resume(function: F) -> F:
    """Call `function(thread)` when a user opens a chat whose session has ended.

    `thread` is a `ThreadDict`; `chat_context` has the messages again.
    """
    return _register("on_chat_resume", function)


def on_message(function: F) -> F:
    """Call `function(message)` for every message of a user. Messages of a chat wait in line.

    A function that yields text streams it as its answer.
    """
    return _register("on_message", function)


def on_stop(function: F) -> F:
    """Call `function()` after a user stopped a running turn."""
    return _register("on_stop", function)


def on_chat_end(function: F) -> F:
    """Call `function()` when the session of a chat ends; not when a connection drops."""
    return _register("on_chat_end", function)


def on_error(function: F) -> F:
    """Call `function(error)` when another hook raised; the user has been told already."""
    return _register("on_error", function)


def on_feedback(function: F) -> F:
    """Call `function(feedback)` when a user rated an answer; see `Feedback`."""
    return _register("on_feedback", function)


def _register(name: str, function: F) -> F:
    hooks = _loading.get(None)
    if hooks is None:
        raise RuntimeError(
            f"@{name} was used while no app was being loaded. Run the file with "
            "`spanlit run FILE`, and keep hooks at the top level of it or of a module it imports."
        )
    hooks.add(name, function)
    return function


def _is_async(function: Callable[..., Any]) -> bool:
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 (an object with `async def __call__`)
    )


def _max_positional(function: Callable[..., Any]) -> int | None:
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        for parameter in parameters
    )
