"""A trace as tests look at it: spans with children, found by name, printed as an outline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spanlit.server.live.views import SpanView


@dataclass
class TraceSpan:
    """A span and what ran below it."""

    view: SpanView
    children: "list[TraceSpan]" = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the span."""
        return self.view.name

    def walk(self, depth: int = 0) -> "Iterator[tuple[int, TraceSpan]]":
        """This span and everything below it with its depth, parents first."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


class Trace:
    """The spans of one trace as a tree, siblings by start time.

    Args:
        spans: The spans in any order. One whose parent is missing stands at the top.
    """

    def __init__(self, spans: Iterable[SpanView]) -> None:
        ordered = sorted(spans, key=lambda span: span.start_us)
        nodes = {span.span_id: TraceSpan(span) for span in ordered}
        self.roots: list[TraceSpan] = []
        for span in ordered:
            parent = nodes.get(span.parent_id or "")
            siblings = parent.children if parent else self.roots
            siblings.append(nodes[span.span_id])

    @property
    def spans(self) -> list[SpanView]:
        """All spans, parents before children."""
        return [span.view for _, span in self._walk()]

    @property
    def names(self) -> list[str]:
        """The names of all spans, parents before children."""
        return [span.name for span in self.spans]

    def find(self, name: str) -> TraceSpan:
        """The first span of that name.

        Raises:
            LookupError: There is none; the message shows the trace.
        """
        for _, span in self._walk():
            if span.name == name:
                return span
        raise LookupError(f"No span is called {name!r} in this trace:\n{self.outline()}")

    def outline(self) -> str:
        """The tree as text, a line per span: `tool search`, with its status if it is not ok."""
        return "\n".join("  " * depth + _line(span.view) for depth, span in self._walk())

    def _walk(self) -> Iterator[tuple[int, TraceSpan]]:
        for root in self.roots:
            yield from root.walk()


def _line(span: SpanView) -> str:
    status = "" if span.status == "ok" else f" ({span.status})"
    return f"{span.kind} {span.name}{status}"
