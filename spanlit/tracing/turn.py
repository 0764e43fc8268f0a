"""A turn: what happens between a user's message and the app's last word. One trace."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context, attach
from opentelemetry.trace import INVALID_SPAN, Link
from opentelemetry.util.types import AnyValue

from . import attributes as keys
from .live_span import LiveSpan
from .scope import TurnScope, detach, with_scope


@contextmanager
def turn_span(
    name: str,
    scope: TurnScope,
    *,
    context: Context | None = None,
    links: Sequence[Link] | None = None,
    attributes: Mapping[str, AnyValue] | None = None,
) -> Iterator[LiveSpan]:
    """Run the block as a turn: its span is the root of a new trace and is current inside.

    An exception ends the span with an error and goes on; `asyncio.CancelledError` ends it as
    cancelled.

    Args:
        name: Name of the turn, by custom that of the hook, for example "on_message".
        scope: Whose turn it is. Every span below is stamped with it.
        context: What the turn takes over (baggage, values); nothing by default. A span that is
            current in there does not become the parent.
        links: Links of the root span. By default one to the span that is current at the call,
            such as that of the transport.
        attributes: More attributes of the root span.
    """
    if links is None:
        links = _link_to_current_span()
    base = trace.set_span_in_context(INVALID_SPAN, Context() if context is None else context)
    span = LiveSpan.start(
        name,
        kind="turn",
        attributes={
            keys.OPERATION_NAME: "invoke_workflow",
            keys.WORKFLOW_NAME: name,
            **(attributes or {}),
        },
        context=with_scope(scope, base),
        links=links,
    )
    token = attach(span.context)
    try:
        yield span
    except BaseException as error:
        span.finish(error)
        raise
    else:
        span.finish()
    finally:
        detach(token)


def _link_to_current_span() -> list[Link]:
    span_context = trace.get_current_span().get_span_context()
    return [Link(span_context)] if span_context.is_valid else []
