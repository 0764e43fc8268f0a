"""The live events of one frame, with the deltas of each body merged."""

from .content import utf16_length
from .events import LiveEvent, SpanDelta
from .types import BodyField


class Delta:
    """Text that one body of one span gained during a frame."""

    __slots__ = ("field", "frame", "offset", "owner", "parts", "span_id", "trace_id")

    def __init__(
        self,
        frame: "Frame",
        trace_id: str,
        span_id: str,
        owner: str | None,
        field: BodyField,
        offset: int,
    ) -> None:
        self.frame = frame
        self.trace_id = trace_id
        self.span_id = span_id
        self.owner = owner
        self.field = field
        self.offset = offset
        self.parts: list[str] = []

    def event(self) -> SpanDelta:
        """The merged delta."""
        text = "".join(self.parts)
        return SpanDelta(self.trace_id, self.span_id, self.field, text, self.offset, self.owner)


class Frame:
    """Events in the order in which they happened.

    A delta stands where the first of its tokens came, so several spans that stream at once cost
    one event each. Of one span the order is exact: whoever tells of a span in another way first
    lets go of its deltas (`LiveBody.pending`).
    """

    def __init__(self) -> None:
        self._items: list[LiveEvent | Delta] = []

    def add(self, item: LiveEvent | Delta) -> None:
        """Append one event, or a delta that will still grow."""
        self._items.append(item)

    def close(self) -> list[LiveEvent]:
        """All events; the frame takes no more."""
        return [item.event() if isinstance(item, Delta) else item for item in self._items]


class LiveBody:
    """A body of an open span, as far as it has been told."""

    __slots__ = ("length", "mime", "parts", "pending")

    def __init__(self, text: str, mime: str | None) -> None:
        self.parts = [text] if text else []
        self.length = utf16_length(text)
        self.mime = mime
        self.pending: Delta | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def append(self, text: str) -> None:
        """Add to the end."""
        self.parts.append(text)
        self.length += utf16_length(text)
