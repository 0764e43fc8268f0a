"""Turn a function of any kind into one whose every call is a step.

The wrapper is of the same kind as the function (`inspect.isasyncgenfunction` and so on), since
whoever calls hooks looks at that.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from types import AsyncGeneratorType, CoroutineType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from opentelemetry.context import Context, attach, get_current

from .scope import detach

if TYPE_CHECKING:
    from .steps import Step

P = ParamSpec("P")
R = TypeVar("R")

MakeStep = Callable[[str], "Step"]
"""A new step; the argument is the name of the function, for a step without one."""

StepOfCall = Callable[[tuple[Any, ...], dict[str, Any]], "Step"]
"""A new step with the arguments of the call as its input."""


def wrap(function: Callable[P, R], make_step: MakeStep) -> Callable[P, R]:
    """`function`, with every call as a step."""
    step_of_call = _step_of_call(function, make_step)
    if inspect.iscoroutinefunction(function):
        wrapper: Any = _wrap_coroutine_function(function, step_of_call)
    elif inspect.isasyncgenfunction(function):
        wrapper = _wrap_async_generator_function(function, step_of_call)
    elif inspect.isgeneratorfunction(function):
        wrapper = _wrap_generator_function(function, step_of_call)
    else:
        wrapper = _wrap_function(function, step_of_call)
    return cast("Callable[P, R]", functools.wraps(function)(wrapper))


def _wrap_function(function: Callable[..., Any], step_of_call: StepOfCall) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = step_of_call(args, kwargs)
        step.begin()
        token = attach(step.context)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            step.finish(error)
            raise
        finally:
            detach(token)
        if isinstance(result, (CoroutineType, GeneratorType, AsyncGeneratorType)):
            return _run_later(result, step)
        _finish_with(step, result)
        return result

    return wrapper


def _wrap_coroutine_function(
    function: Callable[..., Any], step_of_call: StepOfCall
) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = step_of_call(args, kwargs)
        with step:
            result = await function(*args, **kwargs)
            _record(step, result)
        return result

    return wrapper


def _wrap_generator_function(
    function: Callable[..., Generator[Any, Any, Any]], step_of_call: StepOfCall
) -> Callable[..., Generator[Any, Any, Any]]:
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        step = step_of_call(args, kwargs)
        step.begin()
        body = Suspension(step.context)
        generator = function(*args, **kwargs)
        resume: Callable[[Any], Any] = generator.send
        value: Any = None
        try:
            while True:
                with body:
                    item = resume(value)
                _stream(step, item)
                try:
                    value = yield item
                    resume = generator.send
                except GeneratorExit:
                    with body:
                        generator.close()
                    raise
                except BaseException as error:
                    resume, value = generator.throw, error
        except StopIteration as stop:
            _finish_with(step, stop.value)
            return stop.value
        except BaseException as error:
            step.finish(error)
            raise

    return wrapper


def _wrap_async_generator_function(
    function: Callable[..., AsyncGenerator[Any, Any]], step_of_call: StepOfCall
) -> Callable[..., AsyncGenerator[Any, Any]]:
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        step = step_of_call(args, kwargs)
        step.begin()
        body = Suspension(step.context)
        generator = function(*args, **kwargs)
        resume: Callable[[Any], Any] = generator.asend
        value: Any = None
        try:
            while True:
                with body:
                    item = await resume(value)
                _stream(step, item)
                try:
                    value = yield item
                    resume = generator.asend
                except GeneratorExit:
                    with body:
                        await generator.aclose()
                    raise
                except BaseException as error:
                    resume, value = generator.athrow, error
        except StopAsyncIteration:
            step.finish()
        except BaseException as error:
            step.finish(error)
            raise

    return wrapper


class Suspension:
    """The OpenTelemetry context of a generator's body, current only while the body runs.

    Generators run in the context of whoever asks for the next item. Without this, a span that
    is current in the body stays current in the consumer between two items.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = attach(self._context)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context = get_current()
        detach(self._token)


def _run_later(result: Any, step: "Step") -> Any:
    """What a plain function returned that has still to run, for example from `partial`."""

    def function() -> Any:
        return result

    def begun_step(args: tuple[Any, ...], kwargs: dict[str, Any]) -> "Step":
        return step

    if isinstance(result, CoroutineType):
        return _await_later(result, step)
    if isinstance(result, GeneratorType):
        return _wrap_generator_function(function, begun_step)()
    return _wrap_async_generator_function(function, begun_step)()


async def _await_later(coroutine: Any, step: "Step") -> Any:
    with step:
        result = await coroutine
        _record(step, result)
    return result


def _stream(step: "Step", item: object) -> None:
    if isinstance(item, str) and step.span is not None:
        step.span.append(item)


def _record(step: "Step", result: object) -> None:
    """The return value is the output, unless the function wrote one itself."""
    if result is not None and not step.output:
        step.output = result


def _finish_with(step: "Step", result: object) -> None:
    _record(step, result)
    step.finish()


def _step_of_call(function: Callable[..., Any], make_step: MakeStep) -> StepOfCall:
    name = getattr(function, "__name__", type(function).__name__)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some builtins have none
        signature = inspect.Signature(
            [
                inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
                inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
            ]
        )
    bound_to = next(iter(signature.parameters), "")
    hidden = bound_to if bound_to in ("self", "cls") else None

    def step_of_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> "Step":
        step = make_step(name)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:  # the call itself will raise it, inside the step
            return step
        bound.apply_defaults()
        if hidden is not None:
            bound.arguments.pop(hidden, None)
        if bound.arguments:
            step.input = bound.arguments
        return step

    return step_of_call
