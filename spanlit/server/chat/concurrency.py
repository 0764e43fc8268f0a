"""Bridges between code that waits and code that blocks, in both directions."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import Any, ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from .context import current_scope

P = ParamSpec("P")
T = TypeVar("T")


def make_async(
    function: Callable[P, T],
    *,
    abandon_on_cancel: bool = False,
    limiter: CapacityLimiter | None = None,
) -> Callable[P, Awaitable[T]]:
    """Make a blocking function awaitable: it runs in a worker thread, with the context.

    Args:
        function: A function that blocks.
        abandon_on_cancel: When the caller is cancelled, go on at once and leave the thread to
            end by itself, instead of waiting for it.
        limiter: How many threads may run at a time; by default AnyIO's 40.

    Returns:
        An async function with the same parameters.
    """

    @functools.wraps(function)
    async def in_thread(*args: P.args, **kwargs: P.kwargs) -> T:
        call = functools.partial(function, *args, **kwargs)
        return await anyio.to_thread.run_sync(
            call, abandon_on_cancel=abandon_on_cancel, limiter=limiter
        )

    return in_thread


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from code that is not async and return its result.

    In a worker thread of a chat the coroutine runs on the chat's event loop. On a thread
    whose loop is running it runs on a loop of its own in another thread while this one waits;
    what is bound to the waiting loop (an open connection, a lock) cannot be used in there.
    Without any loop it is `asyncio.run`.

    Raises:
        asyncio.CancelledError: The user stopped the turn that this worker thread belongs to.
    """
    scope = current_scope()
    if _has_running_loop():
        return _in_new_thread(coroutine)
    if scope is None or not scope.session.loop.is_running():
        return asyncio.run(coroutine)
    if scope.turn.stopped:
        coroutine.close()
        raise asyncio.CancelledError("The user stopped this turn.")
    return asyncio.run_coroutine_threadsafe(coroutine, scope.session.loop).result()


async def sleep(duration: float) -> None:
    """Wait for `duration` seconds without holding up anyone else."""
    await asyncio.sleep(duration)


def _has_running_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _in_new_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    outcome: Future[T] = Future()
    context = copy_context()

    def work() -> None:
        try:
            outcome.set_result(context.run(asyncio.run, coroutine))
        except BaseException as error:
            outcome.set_exception(error)

    Thread(target=work, name="spanlit-run-sync", daemon=True).start()
    return outcome.result()
